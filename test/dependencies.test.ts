import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const FOLDERS = ['functions', 'shared', 'infra']
const root = dirname(import.meta.dirname)
const rules = createRequire(import.meta.url)('./dependencies.cjs') as Required<IConfiguration>

/** Files that break no rule, most of them targets for the others. */
const ALLOWED: Record<string, string> = {
  'test/support/clock.ts': '',
  'infra/local/main.ts': `import '../../functions/token/routes.ts'; import '../../shared/runtime.ts'; import 'jose'`,
  'functions/token/handler.ts': `import './routes.ts'; import '../../shared/lambda/event.ts'`,
  'functions/token/routes.ts': `import './request.ts'; import './endpoint.ts'; import './response.ts'`,
  'functions/token/request.ts': `import 'zod'; import '../../shared/http.ts'`,
  'functions/token/answer-schema.ts': `import 'zod'; import '../../shared/oauth/answer-schema.ts'`,
  'functions/token/endpoint.ts': `import type { A } from './request.ts'; import '../../shared/oauth/jwt.ts'`,
  'functions/token/response.ts': `import '../../shared/web-api.ts'; import type { A } from './answer-schema.ts'`,
  'functions/revocation/response.ts': `import '../../shared/web-api.ts'`,
  'functions/management/identity.ts': '',
  'infra/reference/answers.ts': `import '../../functions/token/answer-schema.ts'; import '../../functions/token/request.ts'`,
  'shared/http.ts': '',
  'shared/oauth/answer-schema.ts': `import 'zod'`,
  'shared/resource-server/node.ts': `import '../certificate/binding.ts'`,
  'shared/log.ts': `import 'pino'`,
  'shared/settings.ts': `import 'zod'`,
  'shared/certificate/binding.ts': `import './names.ts'`,
  'shared/certificate/names.ts': `import type { A } from 'pkijs'; await import('pkijs'); await import('asn1js')`,
  'shared/store/grants.ts': `import '@aws-sdk/lib-dynamodb'; import '../certificate/binding.ts'`,
  'shared/oauth/refusal.ts': '',
  'shared/oauth/index.ts': '',
  'shared/oauth/jwt.ts': `import './refusal.ts'; import '../runtime.ts'; await import('jose')`,
  'shared/lambda/event.ts': `import type { A } from 'aws-lambda'; import '../http.ts'; import '../oauth/refusal.ts'; import type { B } from 'zod/mini'`,
}

/** rule, file, what the file must not say there */
const PLANTED: [string, string, string][] = [
  ['no-cycle', 'shared/oauth/cycle.ts', `import './cycle.ts'`],
  ['no-orphan', 'shared/oauth/orphan.ts', ''],
  ['no-unresolved', 'shared/oauth/unresolved.ts', `import './missing.ts'`],
  ['no-barrel', 'shared/oauth/barrel.ts', `import './index.ts'`],
  ['no-test-in-source', 'infra/local/clock.ts', `import '../../test/support/clock.ts'`],
  ['no-infra-in-deployed', 'functions/token/infra.ts', `import '../../infra/local/main.ts'`],
  ['infra-by-routes', 'infra/local/endpoint.ts', `import '../../functions/token/endpoint.ts'`],
  ['reference-by-schemas', 'infra/reference/endpoint.ts', `import '../../functions/token/endpoint.ts'`],
  [
    'provisioning-by-management',
    'infra/provisioning/management.ts',
    `import '../../functions/token/endpoint.ts'; import '../../functions/management/identity.ts'`,
  ],
  ['answer-schemas-as-types', 'functions/token/answers.ts', `import './answer-schema.ts'`],
  ['no-function-in-shared', 'shared/oauth/function.ts', `import '../../functions/token/request.ts'`],
  ['no-development-package', 'shared/oauth/development.ts', `import 'fast-check'`],
  ['leaf', 'shared/web-api.ts', `import './http.ts'; import './oauth/refusal.ts'`],
  ['certificate', 'shared/certificate/refusal.ts', `import type { A } from '../oauth/refusal.ts'`],
  ['store', 'shared/store/runtime.ts', `import '../runtime.ts'`],
  [
    'runtime',
    'shared/runtime.ts',
    `import './log.ts'; import './store/grants.ts'; import './oauth/refusal.ts'`,
  ],
  ['oauth', 'shared/oauth/lambda.ts', `import '../lambda/event.ts'`],
  ['lambda', 'shared/lambda/store.ts', `import '../store/grants.ts'`],
  ['resource-server', 'shared/resource-server/express.ts', `import '../oauth/jwt.ts'; import './node.ts'`],
  ['resource-server-apart', 'functions/discovery/check.ts', `import '../../shared/resource-server/node.ts'`],
  ['function-to-function', 'functions/discovery/request.ts', `import '../token/request.ts'`],
  ['lambda-in-wiring-only', 'functions/discovery/response.ts', `import '../../shared/lambda/event.ts'`],
  ['endpoint-decides', 'functions/discovery/endpoint.ts', `import '../../shared/http.ts'`],
  ['endpoint-decides', 'functions/revocation/endpoint.ts', `import './response.ts'`],
  ['aws-sdk', 'shared/oauth/sdk.ts', `import type { A } from '@aws-sdk/client-dynamodb'`],
  ['lambda-types', 'shared/oauth/event.ts', `import type { A } from 'aws-lambda'`],
  ['pkijs', 'shared/certificate/pem.ts', `await import('asn1js')`],
  ['jose', 'shared/store/jose.ts', `await import('jose')`],
  ['pino', 'shared/oauth/pino.ts', `import 'pino'`],
  ['zod', 'functions/discovery/zod.ts', `import 'zod'`],
  ['load-on-demand', 'shared/certificate/subject-dn.ts', `import 'pkijs'`],
  ['load-on-demand', 'shared/oauth/static.ts', `import { jwtVerify } from 'jose'`],
]

async function cruiseAt(baseDir: string): Promise<ICruiseResult> {
  const ruleSet = { forbidden: rules.forbidden }
  const { output } = await cruise(FOLDERS, { ...rules.options, ruleSet, validate: true, baseDir })
  if (typeof output === 'string') throw new Error(output)
  return output
}

function violations({ summary }: ICruiseResult) {
  return summary.violations.map(({ rule, from }) => `${rule.name} ${from}`).sort()
}

let planted: string
beforeAll(() => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  planted = mkdtempSync(join(root, '.cache/dependencies-'))
  const files = [...Object.entries(ALLOWED), ...PLANTED.map(([, file, text]) => [file, text] as const)]
  for (const [file, text] of files) {
    mkdirSync(join(planted, dirname(file)), { recursive: true })
    writeFileSync(join(planted, file), text)
  }
})
afterAll(() => rmSync(planted, { recursive: true }))

test('no import breaks a rule, and every module was seen', async () => {
  const result = await cruiseAt(root)

  const onDisk = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
  expect(onDisk).not.toEqual([])
  expect(result.modules.map(({ source }) => source)).toEqual(expect.arrayContaining(onDisk))
  expect(violations(result)).toEqual([])
})

test('every rule refuses its planted import and nothing else', async () => {
  expect(violations(await cruiseAt(planted))).toEqual(PLANTED.map(([rule, file]) => `${rule} ${file}`).sort())
  expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set(rules.forbidden.map(({ name }) => name)))
})

import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const FOLDER_CYCLE = 'no-folder-cycle'
const FOLDERS = ['functions', 'shared', 'infra']
const root = dirname(import.meta.dirname)
const rules = createRequire(import.meta.url)('./dependencies.cjs') as Required<IConfiguration>

/** Files that break no rule, most of them targets for the others. */
const ALLOWED: Record<string, string> = {
  'test/support/clock.ts': '',
  'infra/emulator/start.ts': `import '../../functions/token/routes.ts'; import '../../shared/runtime/runtime.ts'; import 'jose'`,
  'functions/token/handler.ts': `import './routes.ts'; import '../../shared/gateway/event.ts'`,
  'functions/token/routes.ts': `import './request.ts'; import './decide.ts'; import './respond.ts'`,
  'functions/token/request.ts': `import 'zod'; import '../../shared/http.ts'`,
  'functions/token/answer-schema.ts': `import 'zod'; import '../../shared/answer-schema.ts'`,
  'functions/token/decide.ts': `import type { A } from './request.ts'; import '../../shared/token/jwt.ts'`,
  'functions/token/respond.ts': `import '../../shared/web-api.ts'; import type { A } from './answer-schema.ts'`,
  'functions/revocation/respond.ts': `import '../../shared/web-api.ts'`,
  'functions/authorization/request/request.ts': '',
  'functions/authorization/push/request.ts': `import '../request/request.ts'; import './parse.ts'`,
  'functions/authorization/push/parse.ts': '',
  'infra/reference/endpoints.ts': `import '../../functions/token/answer-schema.ts'; import '../../functions/token/request.ts'`,
  'infra/command.ts': `import './root.ts'`,
  'infra/root.ts': '',
  'infra/certbound.ts': `import './aws/deploy.ts'; import './console/console.ts'; import './bench/bench.ts'; import './command.ts'`,
  'infra/tables/tables.ts': '',
  'infra/truststore/truststore.ts': `import '../command.ts'`,
  'infra/connections/listen.ts': `import '../command.ts'; import '../truststore/truststore.ts'`,
  'infra/management/owner.ts': `import '../../shared/store/grants.ts'`,
  'infra/package/build.ts': `import '../root.ts'`,
  'infra/aws/deploy.ts': `import '../package/build.ts'; import '../connections/listen.ts'; import '../management/owner.ts'`,
  'infra/emulator/site.ts': `import '../tables/tables.ts'; import '../examples/examples.ts'; import '../console/start-console.ts'`,
  'infra/console/console.ts': `import './start-console.ts'`,
  'infra/console/start-console.ts': `import '../connections/listen.ts'; import '../../shared/certificate/names.ts'; import '../../shared/json.ts'`,
  'infra/examples/examples.ts': `import '../connections/listen.ts'`,
  'infra/bench/package.json': '{ "dependencies": { "jose": "6.2.18" } }',
  'infra/bench/bench.ts': `import 'jose'; import '../emulator/site.ts'; import '../../shared/json.ts'`,
  'shared/http.ts': '',
  'shared/answer-schema.ts': `import 'zod'; import './store/grants.ts'`,
  'shared/resource-server/node.ts': `import '../certificate/binding.ts'; import '../gateway/event.ts'; import '../request/form.ts'`,
  'shared/runtime/log.ts': '',
  'shared/runtime/settings.ts': `import 'zod'`,
  'shared/lazy-object.ts': `import 'zod'`,
  'shared/certificate/binding.ts': `import './names.ts'`,
  'shared/certificate/names.ts': `import type { A } from 'pkijs'; await import('pkijs'); await import('asn1js')`,
  'shared/certificate/path/chain.ts': `import '../binding.ts'; await import('pkijs')`,
  'shared/store/grants.ts': `import '../dynamodb/dynamodb.ts'; import '../certificate/binding.ts'; import type { A } from './one-time-proof.ts'`,
  'shared/dynamodb/dynamodb.ts': '',
  'shared/dynamodb/sdk.ts': `import './dynamodb.ts'; import '@aws-sdk/lib-dynamodb'`,
  'shared/dynamodb/lean/client.ts': `import '../dynamodb.ts'; import '../../json.ts'; import '@aws-sdk/util-dynamodb'`,
  'shared/json.ts': '',
  'shared/store/service-reference.ts': '',
  'shared/refusal/refusal.ts': '',
  'shared/store/one-time-proof.ts': '',
  'shared/refusal/index.ts': '',
  'shared/request/form.ts': `import '../refusal/refusal.ts'; import '../http.ts'; import 'zod'`,
  'shared/jws/verify.ts': `import '../request/form.ts'; await import('jose')`,
  'shared/dpop/key.ts': `import '../jws/verify.ts'; import '../certificate/pem.ts'`,
  'shared/authentication/method.ts': `import '../request/form.ts'; import '../runtime/runtime.ts'; import '../jws/verify.ts'`,
  'shared/possession/issuing-proof.ts': `import '../store/one-time-proof.ts'; import './proof.ts'`,
  'shared/possession/proof.ts': `import '../dpop/key.ts'; import '../store/grants.ts'; import '../runtime/runtime.ts'; import 'zod'`,
  'shared/token/jwt.ts': `import '../request/form.ts'; import '../possession/proof.ts'; import '../runtime/runtime.ts'`,
  'shared/metadata/metadata.ts': `import '../authentication/method.ts'; import '../token/jwt.ts'; import 'zod'`,
  'shared/gateway/event.ts': `import type { A } from 'aws-lambda'; import '../http.ts'; import '../runtime/settings.ts'`,
  'shared/lambda/face.ts': `import '../gateway/event.ts'; import '../request/form.ts'; import '../possession/proof.ts'; import '../authentication/method.ts'; import type { B } from 'zod/mini'`,
}

/** rule, file, code that the rule forbids in the file */
const PLANTED: [string, string, string][] = [
  ['no-cycle', 'shared/token/cycle.ts', `import './cycle.ts'`],
  ['no-orphan', 'shared/token/orphan.ts', ''],
  ['no-unresolved', 'shared/token/unresolved.ts', `import './missing.ts'`],
  ['no-barrel', 'shared/refusal/barrel.ts', `import './index.ts'`],
  ['no-test-in-source', 'infra/emulator/clock.ts', `import '../../test/support/clock.ts'`],
  ['no-infra-in-deployed', 'functions/token/infra.ts', `import '../../infra/emulator/start.ts'`],
  ['infra-by-routes', 'infra/emulator/decide.ts', `import '../../functions/token/decide.ts'`],
  ['reference-by-schemas', 'infra/reference/decide.ts', `import '../../functions/token/decide.ts'`],
  [
    'provisioning-by-management',
    'infra/management/management.ts',
    `import '../../functions/token/decide.ts'`,
  ],
  ['infra-ground', 'infra/markup.ts', `import './tables/tables.ts'`],
  ['infra-tables', 'infra/tables/engine.ts', `import '../connections/listen.ts'`],
  ['infra-truststore', 'infra/truststore/connected.ts', `import type { A } from '../connections/listen.ts'`],
  ['infra-package', 'infra/package/template.ts', `import '../aws/deploy.ts'`],
  ['infra-connections', 'infra/connections/tables.ts', `import '../tables/tables.ts'`],
  ['infra-management', 'infra/management/deploy.ts', `import '../aws/deploy.ts'`],
  ['infra-reference', 'infra/reference/build.ts', `import '../package/build.ts'`],
  ['infra-aws', 'infra/aws/local.ts', `import type { A } from '../emulator/site.ts'`],
  ['infra-emulator', 'infra/emulator/owner.ts', `import '../aws/deploy.ts'`],
  ['infra-console', 'infra/console/fields.ts', `import '../reference/endpoints.ts'`],
  ['infra-examples', 'infra/examples/console.ts', `import '../console/console.ts'`],
  ['infra-bench', 'infra/bench/examples.ts', `import '../examples/examples.ts'`],
  ['satellite-by-entry', 'infra/generate.ts', `import './console/fields.ts'`],
  ['satellite-with-own-packages', 'infra/bench/pino.ts', `import 'pino'`],
  ['console-by-web-api', 'infra/console/store.ts', `import type { A } from '../../shared/store/grants.ts'`],
  ['examples-by-library', 'infra/examples/library.ts', `import '../../shared/resource-server/node.ts'`],
  ['answer-schemas-as-types', 'functions/token/answers.ts', `import './answer-schema.ts'`],
  ['descriptions-not-deployed', 'shared/store/described.ts', `import './service-reference.ts'`],
  ['no-function-in-shared', 'shared/token/function.ts', `import '../../functions/token/request.ts'`],
  ['no-development-package', 'shared/token/development.ts', `import 'fast-check'`],
  ['leaf', 'shared/web-api.ts', `import './http.ts'; import './refusal/refusal.ts'`],
  ['certificate', 'shared/certificate/refusal.ts', `import type { A } from '../refusal/refusal.ts'`],
  ['refusal', 'shared/refusal/form.ts', `import type { A } from '../request/form.ts'`],
  ['store', 'shared/store/runtime.ts', `import '../runtime/runtime.ts'`],
  [
    'runtime',
    'shared/runtime/runtime.ts',
    `import './log.ts'; import '../store/grants.ts'; import '../request/form.ts'`,
  ],
  ['request', 'shared/request/store.ts', `import '../store/grants.ts'`],
  ['jws', 'shared/jws/method.ts', `import '../authentication/method.ts'`],
  ['dpop', 'shared/dpop/grants.ts', `import '../store/grants.ts'`],
  ['gateway', 'shared/gateway/form.ts', `import '../request/form.ts'`],
  ['authentication', 'shared/authentication/token.ts', `import '../token/jwt.ts'`],
  ['possession', 'shared/possession/token.ts', `import type { A } from '../token/jwt.ts'`],
  ['one-time-proof', 'functions/token/proof.ts', `import '../../shared/store/one-time-proof.ts'`],
  ['token', 'shared/token/method.ts', `import '../authentication/method.ts'`],
  ['metadata', 'shared/metadata/event.ts', `import '../gateway/event.ts'`],
  ['lambda', 'shared/lambda/token.ts', `import '../token/jwt.ts'`],
  ['certificate-lists', 'shared/certificate-lists/token.ts', `import '../token/jwt.ts'`],
  ['resource-server', 'shared/resource-server/express.ts', `import '../token/jwt.ts'; import './node.ts'`],
  ['resource-server-apart', 'functions/discovery/check.ts', `import '../../shared/resource-server/node.ts'`],
  ['function-to-function', 'functions/discovery/request.ts', `import '../token/request.ts'`],
  ['operation-to-operation', 'functions/authorization/authorize/decide.ts', `import '../push/request.ts'`],
  ['operation-to-operation', 'functions/authorization/request/judge.ts', `import '../push/request.ts'`],
  ['lambda-in-wiring-only', 'functions/discovery/respond.ts', `import '../../shared/gateway/event.ts'`],
  ['decide-decides', 'functions/discovery/decide.ts', `import '../../shared/http.ts'`],
  ['decide-decides', 'functions/revocation/decide.ts', `import './respond.ts'`],
  ['dynamodb', 'shared/dynamodb/lean/store.ts', `import '../../store/grants.ts'`],
  ['sdk-on-demand', 'shared/runtime/call.ts', `import '../dynamodb/sdk.ts'`],
  ['aws-sdk', 'shared/token/sdk.ts', `import type { A } from '@aws-sdk/client-dynamodb'`],
  ['lambda-types', 'shared/token/event.ts', `import type { A } from 'aws-lambda'`],
  ['pkijs', 'shared/certificate/pem.ts', `await import('asn1js')`],
  ['jose', 'shared/store/jose.ts', `await import('jose')`],
  ['zod', 'functions/discovery/zod.ts', `import 'zod'`],
  ['load-on-demand', 'shared/certificate/subject-dn.ts', `import 'pkijs'`],
  ['load-on-demand', 'shared/jws/static.ts', `import { jwtVerify } from 'jose'`],
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

/** A project with these files, for one test. */
function plant(files: readonly (readonly [file: string, text: string])[]): string {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const project = mkdtempSync(join(root, '.cache/dependencies-'))
  onTestFinished(() => rmSync(project, { recursive: true }))
  for (const [file, text] of files) {
    mkdirSync(join(project, dirname(file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }
  return project
}

test('no import breaks a rule, and every module was seen', async () => {
  const result = await cruiseAt(root)

  const onDisk = FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/dist'] }),
  )
  expect(onDisk).not.toEqual([])
  expect(result.modules.map(({ source }) => source)).toEqual(expect.arrayContaining(onDisk))
  expect(violations(result)).toEqual([])
})

test('every rule refuses its planted import and nothing else', async () => {
  const files = [...Object.entries(ALLOWED), ...PLANTED.map(([, file, text]) => [file, text] as const)]
  // Many planted imports close a cycle of folders, too.
  const found = violations(await cruiseAt(plant(files))).filter((text) => !text.startsWith(FOLDER_CYCLE))
  expect(found).toEqual(PLANTED.map(([rule, file]) => `${rule} ${file}`).sort())
  const names = [...PLANTED.map(([rule]) => rule), FOLDER_CYCLE]
  expect(new Set(names)).toEqual(new Set(rules.forbidden.map(({ name }) => name)))
})

test('two folders of infra must not know each other, even without a cycle of files', async () => {
  const project = plant([
    ['functions/token/handler.ts', ''],
    ['shared/json.ts', ''],
    ['infra/emulator/edge/edge.ts', `import '../lambda/process.ts'`],
    ['infra/emulator/edge/event.ts', ''],
    ['infra/emulator/lambda/process.ts', ''],
    ['infra/emulator/lambda/runtime.ts', `import '../edge/event.ts'`],
  ])
  const found = violations(await cruiseAt(project)).filter((text) => text.startsWith(FOLDER_CYCLE))
  expect(found).toEqual([`${FOLDER_CYCLE} infra/emulator/edge`, `${FOLDER_CYCLE} infra/emulator/lambda`])
})

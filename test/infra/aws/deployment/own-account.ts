import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base } from 'vitest'
import type { Machine } from '../../../../infra/aws/deployment/deploy.ts'
import { type Osls, TEMPLATE_FILE } from '../../../../infra/aws/deployment/osls.ts'
import { startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { createTables } from '../../../../infra/tables/tables.ts'
import type { Surroundings } from '../../../support/command-line.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { oslsIn } from '../packaged-template.ts'
import { ACCOUNT, type Certificate } from '../../../support/fake-account.ts'

export const STORE = 'truststore-certbound-prod'
export const MAIN = 'certbound-prod'
export const MTLS = 'mtls.auth.certbound.test'
export const PLAIN = 'auth.certbound.test'
/** The names of the tables of the fake account. */
export const TABLES = [`${MAIN}-registrytable`, `${MAIN}-grantstable`, `${MAIN}-audittable`] as const
export const TABLE_NAMES = {
  registryTable: TABLES[0],
  grantsTable: TABLES[1],
  auditTable: TABLES[2],
}
/** The certificate of the mutual-TLS domain. */
export const CERTIFICATE = `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`
const OF_PLAIN_DOMAIN = `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/66666666-7777-8888-9999-000000000000`

const ISSUED: Certificate = {
  DomainName: PLAIN,
  SubjectAlternativeNames: [PLAIN, `*.${PLAIN}`],
  Status: 'ISSUED',
  Type: 'AMAZON_ISSUED',
}

/** The example settings with the owner's values. */
export function openOwnDeployment(tables: string): Promise<Deployment> {
  return openDeployment(tables, (example) =>
    example.replaceAll('example.com', 'certbound.test').replaceAll('123456789012', ACCOUNT),
  )
}

/** The osls of its project. */
export const oslsOf =
  ({ folder }: Deployment): Osls =>
  () =>
    oslsIn(folder)

function editTemplate({ folder }: Deployment, edit: (text: string) => string): void {
  const file = join(folder, TEMPLATE_FILE)
  writeFileSync(file, edit(readFileSync(file, 'utf8')))
}

/** Makes an account before its first deployment, with the certificates of both domains. */
export function reset({ aws }: Deployment): void {
  const { stacks, changeSets, functions, buckets, domains, certificates, broken, api } = aws.account
  for (const contents of [stacks, changeSets, functions, buckets, domains, certificates, broken])
    contents.clear()
  for (const contents of [api.routes, api.stages, aws.refused, aws.signers]) contents.clear()
  aws.calls.length = 0
  aws.denied.length = 0
  delete aws.rights.policies
  Object.assign(aws.account, { concurrency: 1000, throttle: { rateLimit: 10000, burstLimit: 5000 } })
  certificates.set(CERTIFICATE, ISSUED).set(OF_PLAIN_DOMAIN, ISSUED)
}

/** The changing calls that were sent over the network. An upload to the bucket under its own hash changes nothing. */
export function changesIn({ aws }: Deployment): string[] {
  return aws.calls.filter((call) =>
    /^(Execute|Update|Delete(?!ChangeSet)|PUT (?!.*\/(archives|templates)\/))/.test(call),
  )
}

/** A certificate that differs from the usual one. */
export function certificateWith(changes: Partial<Certificate>): Certificate {
  return { ...ISSUED, ...changes }
}

/** Deploys in this process. */
function openOperator(deployment: Deployment) {
  reset(deployment)
  deployment.configure()
  deployment.trust('ca-root', 'ca-issuing')
  const osls = oslsOf(deployment)
  const waits: number[] = []
  const wait = (milliseconds: number) => Promise.resolve(waits.push(milliseconds))
  const run = (parameters: readonly string[], surroundings?: Surroundings) =>
    deployment.run(['deploy', ...parameters], surroundings, { osls, wait })
  return {
    ...deployment,
    account: deployment.aws.account,
    calls: deployment.aws.calls,
    waits,
    changes: () => changesIn(deployment),
    /** Deploys without a question. */
    deploy: (env?: NodeJS.ProcessEnv) => run(['--yes'], { env: { ...env } }),
    /** The standard error of a refused deployment, as lines. */
    refusal: async (env?: NodeJS.ProcessEnv) => {
      const { code, stderr } = await run(['--yes'], { env: { ...env } })
      if (code !== 1) throw new Error(`the exit code is ${String(code)}`)
      return stderr.trimEnd().split('\n')
    },
    run,
    osls,
    /** Deploys a template that was edited after osls has made it. */
    deployEdited: (edit: (text: string) => string) =>
      deployment.run(
        ['deploy', '--yes'],
        {},
        { osls: () => osls().then(() => editTemplate(deployment, edit)), wait },
      ),
    /** Deploys on another machine. */
    anyDeploy: (parameters: readonly string[], machine: Machine, surroundings?: Surroundings) =>
      deployment.run(['deploy', ...parameters], surroundings, machine),
    /** Runs another command of certbound, with the settings of this deployment. */
    anyCommand: deployment.run,
  }
}

/** A test with its own account, which has a certificate. The tests of a file share tables. */
export const test = base
  .extend('engine', { scope: 'file' }, async ({}, { onCleanup }) => {
    const engine = await startEmbeddedEngine({})
    onCleanup(() => engine.close())
    await createTables(engine.endpoint, TABLE_NAMES)
    return engine
  })
  .extend('deployment', { scope: 'file' }, async ({ engine }, { onCleanup }) => {
    const deployment = await openOwnDeployment(engine.endpoint)
    onCleanup(deployment.close)
    return deployment
  })
  .extend('operator', ({ deployment }) => openOperator(deployment))

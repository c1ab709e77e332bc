import { parseArgs } from 'node:util'
import type { Runtime } from '../../shared/runtime.ts'
import { StoreUnavailable } from '../../shared/store/unavailable.ts'
import { type Clients, openClients } from './deployment/clients.ts'
import { Complaint, endComplaining, explained } from './deployment/complaint.ts'
import { confirm } from './deployment/confirm.ts'
import { serviceNumber } from './deployment/parameters.ts'
import { truststoreOf } from './deployment/readiness.ts'
import { type DeploymentSettings, readDeployment } from './deployment/settings.ts'
import { lookFor, type Made, provision } from './provisioning/provision.ts'
import { madeLines, planLines } from './provisioning/report.ts'
import { deployedRuntime, localRuntime } from './provisioning/target.ts'
import { renewTruststore } from './provisioning/truststore.ts'

const HELP = `Fills a deployment: its service, clients and trust store, as the settings have them: npm run provision -- [options]

  --settings FILE   certbound.jsonc
  --yes             do not ask before anything is written
  --json            secrets as lines of JSON on standard output, everything else on standard error
  --endpoint URL    a DynamoDB on this machine instead of AWS (AWS_ENDPOINT_URL_DYNAMODB); it has no trust store
  --help

What is there stays as it is. Secrets are shown when they are made, and never again: only their digests are stored.`

const OPTIONS = {
  settings: { type: 'string', default: 'certbound.jsonc' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  endpoint: { type: 'string', default: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '' },
  help: { type: 'boolean', default: false },
} as const

interface Options {
  readonly settings: string
  readonly yes: boolean
  readonly json: boolean
  readonly endpoint: string
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help) {
    console.log(HELP)
    return
  }
  const settings = await readDeployment(values.settings)
  if (!('region' in settings)) throw new Complaint(settings.join('\n'))
  if (values.endpoint !== '') {
    await fillTables(settings, await localRuntime(settings, values.endpoint), values)
    return
  }
  const clients = openClients(settings.region)
  try {
    await fillTables(settings, await deployedRuntime(settings, clients), values)
    await fillTruststore(settings, clients, values)
  } finally {
    clients.close()
  }
}

async function fillTables(
  settings: DeploymentSettings,
  runtime: Runtime,
  { yes, json }: Options,
): Promise<void> {
  const tell = json ? console.error : console.log
  try {
    const present = await lookFor(settings, runtime)
    const aliases = settings.clients.map(({ clientIdAlias }) => clientIdAlias)
    for (const line of planLines(present, serviceNumber(settings), aliases)) tell(line)
    if (!yes) await confirm('Go on?')
    await provision(settings, present, runtime, (made: Made) => {
      for (const line of json ? [JSON.stringify(made)] : madeLines(made)) console.log(line)
    })
  } catch (error) {
    throw explained('the tables', error instanceof StoreUnavailable ? error.cause : error)
  } finally {
    runtime.store.close()
  }
}

async function fillTruststore(
  settings: DeploymentSettings,
  clients: Clients,
  { settings: file, json }: Options,
) {
  const bundle = await truststoreOf(settings, file, new Date())
  if (bundle.complaints.length > 0) throw new Complaint(bundle.complaints.join('\n'))
  const isNew = await renewTruststore(settings, bundle, clients)
  const tell = json ? console.error : console.log
  for (const warning of bundle.warnings) tell(warning)
  tell(`trust store: ${isNew ? 'the domain takes a minute to know it' : 'is as the settings have it'}`)
}

main().catch(endComplaining('provision'))

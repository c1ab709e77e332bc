import { parseArgs } from 'node:util'
import type { Runtime } from '../../shared/runtime.ts'
import { StoreUnavailable } from '../../shared/store/unavailable.ts'
import { openClients } from './deployment/clients.ts'
import { Complaint, endComplaining, explained } from './deployment/complaint.ts'
import { confirm } from './deployment/confirm.ts'
import type { TableNames } from './deployment/local-tables.ts'
import { type DeploymentSettings, readDeployment } from './deployment/settings.ts'
import { restoredLines, restorePlan } from './provisioning/report.ts'
import { type RestoreOptions, restoreOwner, restoreServices } from './provisioning/restore.ts'
import { deployedRuntime, localRuntime } from './provisioning/target.ts'

const HELP = `Makes tables from a backup safe again: what was ended since ends again, and secrets are new: npm run restore -- [options]

  --settings FILE        certbound.jsonc
  --registry TABLE       the restored table of services and clients; the deployment's own without it
  --grants TABLE         the table of grants, likewise
  --client-secrets keep  clients that authenticate with a secret keep the one of the backup; they get new ones without it
  --revive ID            makes the lost state of this client anew (again for each); "all" for all of them
  --yes                  do not ask before anything is written
  --json                 what was done, with the secrets, as JSON on standard output
  --endpoint URL         a DynamoDB on this machine instead of AWS (AWS_ENDPOINT_URL_DYNAMODB)
  --help

docs/operations.md tells when, and what comes before and after. Secrets are shown once.`

const OPTIONS = {
  settings: { type: 'string', default: 'certbound.jsonc' },
  registry: { type: 'string' },
  grants: { type: 'string' },
  'client-secrets': { type: 'string', default: 'new' },
  revive: { type: 'string', multiple: true, default: [] as string[] },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  endpoint: { type: 'string', default: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '' },
  help: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof readOptions>

const readOptions = () => parseArgs({ options: OPTIONS, strict: true }).values

async function main(): Promise<void> {
  const values = readOptions()
  if (values.help) {
    console.log(HELP)
    return
  }
  if (!['new', 'keep'].includes(values['client-secrets']))
    throw new Complaint('--client-secrets wants new or keep')
  const settings = await readDeployment(values.settings)
  if (!('region' in settings)) throw new Complaint(settings.join('\n'))
  const named: Partial<TableNames> = {
    ...(values.registry === undefined ? {} : { registryTable: values.registry }),
    ...(values.grants === undefined ? {} : { grantsTable: values.grants }),
  }
  if (values.endpoint !== '') {
    await restore(settings, await localRuntime(settings, values.endpoint, named), values)
    return
  }
  const clients = openClients(settings.region)
  try {
    await restore(settings, await deployedRuntime(settings, clients, named), values)
  } finally {
    clients.close()
  }
}

async function restore(
  { registryCacheSeconds }: DeploymentSettings,
  { store, settings, now, random }: Runtime,
  values: Values,
): Promise<void> {
  const tell = values.json ? console.error : console.log
  const newClientSecrets = values['client-secrets'] === 'new'
  try {
    const revive = revived(values)
    const services = await store.registry.listServices()
    if (services.length === 0) throw new Complaint(`the table ${settings.registryTable} has no service`)
    for (const line of restorePlan(services, settings, newClientSecrets)) tell(line)
    if (!values.yes) await confirm('Go on?')
    const options = { now: now(), random, cacheSeconds: registryCacheSeconds, newClientSecrets, revive }
    const restored = {
      services: await restoreServices(store, options),
      owner: await restoreOwner(store, options),
    }
    if (values.json) console.log(JSON.stringify(restored))
    else for (const line of restoredLines(restored)) console.log(line)
  } catch (error) {
    throw explained('the tables', error instanceof StoreUnavailable ? error.cause : error)
  } finally {
    store.close()
  }
}

/** @throws Complaint */
function revived({ revive }: Values): RestoreOptions['revive'] {
  if (revive.includes('all')) return 'all'
  const odd = revive.find((text) => !/^[0-9]+$/.test(text))
  if (odd !== undefined) throw new Complaint(`--revive wants the number of a client, or all: not ${odd}`)
  return new Set(revive.map(Number))
}

main().catch(endComplaining('restore'))

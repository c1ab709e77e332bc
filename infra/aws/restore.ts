import type { Runtime } from '../../shared/runtime/runtime.ts'
import { command, Complaint, confirm } from '../command.ts'
import { attempt, operatorOf } from './deployment/aws.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { protectTables } from './deployment/table-protection.ts'
import type { NamedStack } from './deployment/stack.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { restoredLines, restorePlan } from './provisioning/report.ts'
import {
  type RestoreOptions,
  restoreListSources,
  restoreOwner,
  restoreServices,
} from './provisioning/restore.ts'

const HELP = `certbound restore: makes tables from a backup safe: revokes all tokens and replaces secrets

  --settings FILE        the settings (certbound.jsonc)
  --registry TABLE       the restored table of services and clients; by default that of the deployment
  --grants TABLE         the restored table of grants; by default that of the deployment
  --former-registry TABLE  the registry from before the restore, whose revocations of certificates are copied; by default that of
                         the deployment, if --registry names another one
  --client-secrets keep  clients keep the secrets of the backup; by default they get new ones
  --new-signing-key      replace the signing keys of the backup, which are no longer published then
  --revive ID            create the lost state of this client again, locked (can be repeated); "all" for all clients
  --yes                  write without asking
  --json                 print the results and the new secrets as JSON on standard output
  --endpoint URL         use a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

docs/operations.md describes when to use it, and the steps before and after. Secrets are printed once.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    registry: { type: 'string' },
    grants: { type: 'string' },
    'former-registry': { type: 'string' },
    'client-secrets': { type: 'string', default: 'new' },
    'new-signing-key': { type: 'boolean', default: false },
    revive: { type: 'string', multiple: true, default: [] },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values }, io) => {
    const { registry, grants, json, yes } = values
    if (!['new', 'keep'].includes(values['client-secrets']))
      throw new Complaint('--client-secrets must be new or keep')
    const chosen = {
      newClientSecrets: values['client-secrets'] === 'new',
      newSigningKey: values['new-signing-key'],
      revive: readRevive(values.revive),
    }
    const settings = await readDeployment(values.settings)
    const endpoint = localEndpoint(values, io)
    await withTables(settings, { endpoint, registry, grants }, (runtime, deployed, openOther) =>
      attempt('the tables', async () => {
        const tell = json ? io.err : io.out
        const name = values['former-registry'] ?? formerRegistry(runtime, deployed?.stacks.main)
        for (const line of await planOf(runtime, chosen, name)) tell(line)
        if (!yes) await confirm(io)
        // Only tables on AWS have these properties.
        for (const line of deployed === undefined ? [] : await protectTables(deployed.aws, runtime.settings))
          tell(line)
        const { random, now } = runtime
        const operator = await operatorOf('restore', deployed?.aws)
        const former = name === undefined ? undefined : { name, store: openOther(name).store }
        const options = { now: now(), random, cacheSeconds: settings.registryCacheSeconds, ...chosen, former }
        const services = await restoreServices(runtime, options, operator).finally(() =>
          former?.store.close(),
        )
        const restored = { services, owner: await restoreOwner(runtime, operator) }
        for (const line of json ? [JSON.stringify(restored)] : restoredLines(restored)) io.out(line)
        for (const source of await restoreListSources(runtime, operator))
          tell(
            `certificate lists ${source.name}: as in the backup. After npm run deploy with this table, run npm run crl before the functions start`,
          )
      }),
    )
    return 0
  },
})

type RestoreChoice = Pick<RestoreOptions, 'newClientSecrets' | 'newSigningKey'>

async function planOf(
  { store, settings }: Runtime,
  chosen: RestoreChoice,
  former: string | undefined,
): Promise<string[]> {
  const services = await store.registry.listServices()
  if (services.length === 0) throw new Complaint(`the table ${settings.registryTable} contains no service`)
  return restorePlan(services, settings, { ...chosen, former })
}

/** The registry of the deployment, unless it is the one that is made safe. */
function formerRegistry({ settings }: Runtime, main: NamedStack | undefined): string | undefined {
  const current = main?.state?.outputs.get('RegistryTableName')
  return current === settings.registryTable ? undefined : current
}

function readRevive(texts: readonly string[]): RestoreOptions['revive'] {
  if (texts.includes('all')) return 'all'
  const wrong = texts.find((text) => !/^[0-9]+$/.test(text))
  if (wrong !== undefined) throw new Complaint(`--revive must be the number of a client or all, not ${wrong}`)
  return new Set(texts.map(Number))
}

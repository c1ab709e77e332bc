import type { Runtime } from '../../shared/runtime.ts'
import { command, confirm, type Io } from '../command.ts'
import { allClients, refuseIssuingClients } from '../truststore/issuing-clients.ts'
import { attempt } from './deployment/aws.ts'
import { serviceNumber } from './deployment/parameters.ts'
import { type DeploymentSettings, readDeployment } from './deployment/settings.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { renewTruststore } from './deployment/truststore.ts'
import { readTruststoreFiles } from './deployment/truststore-files.ts'
import { findPresent, provision } from './provisioning/provision.ts'
import { provisionPlan, secretLines } from './provisioning/report.ts'

const HELP = `certbound provision: makes the service, the clients and the owner of a deployment, and renews its trust store

  --settings FILE   the settings (certbound.jsonc)
  --yes             write without asking
  --json            print secrets as lines of JSON on standard output, and everything else on standard error
  --endpoint URL    use a DynamoDB on this machine, which has no trust store (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Existing parts are not changed. Each secret is printed once, when it is made: the tables hold only its digest.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values }, io) => {
    const endpoint = localEndpoint(values.endpoint, io)
    const settings = await readDeployment(values.settings)
    const tell = values.json ? io.err : io.out
    await withTables(settings, { endpoint }, async (runtime, aws) => {
      await attempt('the tables', () => fillTables(settings, runtime, values, io))
      if (aws === undefined) return
      const bundle = await readTruststoreFiles(settings, values.settings, new Date())
      const clients = await attempt('the tables', () => allClients(runtime.store.registry))
      await refuseIssuingClients(bundle.certificates, clients)
      const isChanged = await renewTruststore(settings, bundle.pem, aws)
      for (const warning of bundle.warnings) tell(warning)
      tell(`trust store: ${isChanged ? 'replaced; the domain uses it in about a minute' : 'no change'}`)
    })
    return 0
  },
})

async function fillTables(
  settings: DeploymentSettings,
  runtime: Runtime,
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
  io: Io,
): Promise<void> {
  const present = await findPresent(settings, runtime)
  const aliases = settings.clients.map(({ clientIdAlias }) => clientIdAlias)
  for (const line of provisionPlan(present, serviceNumber(settings), aliases)) (json ? io.err : io.out)(line)
  if (!yes) await confirm(io)
  await provision(settings, present, runtime, (secrets) => {
    for (const line of json ? [JSON.stringify(secrets)] : secretLines(secrets)) io.out(line)
  })
}

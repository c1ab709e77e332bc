import { setTimeout as delay } from 'node:timers/promises'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { command, confirm, type Io } from '../command.ts'
import { allClients, refuseIssuingClients } from '../truststore/issuing-clients.ts'
import { type Aws, attempt } from './deployment/aws.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { type DeploymentSettings, serviceNumber } from './settings/settings.ts'
import type { Stacks } from './deployment/stack.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { renewTruststore } from './deployment/truststore.ts'
import {
  confirmTruststore,
  requireAllowed,
  inWords,
  truststoreChange,
  truststoreLines,
} from './deployment/truststore-change.ts'
import { readTruststoreFiles } from './deployment/truststore-files.ts'
import { findPresent, provision } from './provisioning/provision.ts'
import { provisionPlan, secretLines } from './provisioning/report.ts'

const HELP = `certbound provision: creates the service, the clients and the owner of a deployment, and renews its trust store

  --settings FILE   the settings (certbound.jsonc)
  --yes             write without asking; certificates that the trust store would lose also need
  --remove-trust    with --yes: let the trust store lose certificates, whose clients are refused then
  --json            print secrets as lines of JSON on standard output, and everything else on standard error
  --endpoint URL    use a DynamoDB on this machine, which has no trust store (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Existing parts are not changed. Each secret is printed once, when it is made: the tables hold only its digest.`

interface Options {
  readonly settings: string
  readonly yes: boolean
  readonly 'remove-trust': boolean
  readonly json: boolean
}

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
    'remove-trust': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values }, io) => {
    const endpoint = localEndpoint(values.endpoint, io)
    const settings = await readDeployment(values.settings)
    await withTables(settings, { endpoint }, async (runtime, deployed) => {
      const renew = deployed && (await prepareTruststore(settings, runtime, deployed, values, io))
      await attempt('the tables', () => fillTables(settings, runtime, values, io))
      await renew?.()
    })
    return 0
  },
})

/**
 * Checks the trust store completely before the tables are filled.
 *
 * @returns a function that asks for confirmation and changes the trust store
 * @throws Complaint
 */
async function prepareTruststore(
  settings: DeploymentSettings,
  { store }: Runtime,
  { aws, stacks }: { readonly aws: Aws; readonly stacks: Stacks },
  options: Options,
  io: Io,
): Promise<() => Promise<void>> {
  const { name: domain } = settings.mtlsDomain
  const bundle = await readTruststoreFiles(settings, options.settings, new Date())
  const clients = await attempt('the tables', () => allClients(store.registry))
  await refuseIssuingClients(bundle.certificates, clients)
  const change = await truststoreChange(domain, bundle.certificates, aws)
  requireAllowed(change, options)
  const tell = options.json ? io.err : io.out
  return async () => {
    for (const line of truststoreLines(change)) tell(line)
    if (!options.yes && change.lines.length > 0)
      await confirmTruststore(io, 'the trust store was not changed')
    const { isChanged, warnings } = await renewTruststore(stacks.truststore, domain, bundle.pem, aws, delay)
    for (const warning of [...bundle.warnings, ...warnings.map(inWords)]) tell(warning)
    tell(`trust store: ${isChanged ? 'replaced; the domain will use it in about a minute' : 'no change'}`)
  }
}

async function fillTables(
  settings: DeploymentSettings,
  runtime: Runtime,
  { yes, json }: Options,
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

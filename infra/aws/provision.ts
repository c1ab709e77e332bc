import { setTimeout as delay } from 'node:timers/promises'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { command, Complaint, confirm, type Io } from '../command.ts'
import { allClients, refuseIssuingClients } from '../truststore/issuing-clients.ts'
import { openManagement } from '../management/management.ts'
import { type Operator, runOutside } from '../management/operation.ts'
import { type Aws, attempt, operatorOf } from './deployment/aws.ts'
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
import { prepareListSources } from './provisioning/list-sources.ts'
import { findPresent, type NewSecrets, provision } from './provisioning/provision.ts'
import { prepareRenewedCertificate, type RenewedCertificate } from './provisioning/renew-certificate.ts'
import { provisionPlan, secretLines } from './provisioning/report.ts'

const HELP = `certbound provision: creates the service, the clients and the owner of a deployment, and renews its trust store

  --settings FILE   the settings (certbound.jsonc)
  --yes             write without asking; certificates that the trust store would lose also need
  --remove-trust    with --yes: let the trust store lose certificates, whose clients are refused then
  --new-owner       make further credentials for the owner; the present ones stay valid
  --remove-owner KEY  remove the credentials of the owner that have this key
  --renew CLIENT FILE  register a new self-signed certificate (PEM) at the client and in the trust store, beside the present ones
  --json            print secrets as lines of JSON on standard output, and everything else on standard error
  --endpoint URL    use a DynamoDB on this machine, which has no trust store (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Existing parts are not changed, but a service of an older version gets the endpoints that it lacks. Each secret is printed once, when it is made: the tables hold only its digest.`

interface Options {
  readonly settings: string
  readonly yes: boolean
  readonly 'remove-trust': boolean
  readonly json: boolean
  readonly 'new-owner': boolean
  readonly renew?: string | undefined
  readonly 'remove-owner'?: string | undefined
}

export const COMMAND = command({
  help: HELP,
  allowPositionals: true,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
    'remove-trust': { type: 'boolean', default: false },
    'new-owner': { type: 'boolean', default: false },
    'remove-owner': { type: 'string' },
    renew: { type: 'string' },
    json: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values, positionals }, io) => {
    const file = fileOf(values.renew, positionals)
    const endpoint = localEndpoint(values, io)
    const settings = await readDeployment(values.settings)
    await withTables(settings, { endpoint }, async (runtime, deployed) => {
      const operator = await operatorOf('provision', deployed?.aws)
      if (values['new-owner'] || values['remove-owner'] !== undefined)
        return attempt('the tables', () => changeOwner(runtime, operator, values, io))
      if (values.renew !== undefined) {
        const source = { settings, settingsFile: values.settings }
        const prepare = () => prepareRenewedCertificate(values.renew ?? '', file, source, runtime)
        const renewed = await attempt('the tables', prepare)
        const renew =
          deployed && (await prepareTruststore(renewed.settings, runtime, operator, deployed, values, io))
        await attempt('the tables', () => renewCertificate(renewed, operator, values, io))
        await renew?.()
        if (renewed.reminder !== undefined) io.err(renewed.reminder)
        return
      }
      const renew = deployed && (await prepareTruststore(settings, runtime, operator, deployed, values, io))
      const lists = await attempt('the tables', () => prepareListSources(settings, values.settings, runtime))
      await attempt('the tables', () => fillTables(settings, lists, runtime, operator, values, io))
      await renew?.()
    })
    return 0
  },
})

/** The file of `--renew`. No other option has a further argument. @throws Complaint */
function fileOf(renew: string | undefined, [file = '', ...others]: readonly string[]): string {
  if (renew === undefined && file !== '') throw new Complaint(`${file} belongs to no option`)
  if (renew !== undefined && (file === '' || others.length > 0))
    throw new Complaint('--renew needs a client and one file: --renew CLIENT new.pem')
  return file
}

async function renewCertificate(
  { lines, store }: RenewedCertificate,
  operator: Operator,
  { yes, json }: Options,
  io: Io,
): Promise<void> {
  for (const line of lines) (json ? io.err : io.out)(line)
  if (!yes) await confirm(io)
  await store(operator)
}

/**
 * Checks the trust store completely before the tables are filled.
 *
 * @returns a function that asks for confirmation and changes the trust store
 * @throws Complaint
 */
async function prepareTruststore(
  settings: DeploymentSettings,
  runtime: Runtime,
  operator: Operator,
  { aws, stacks }: { readonly aws: Aws; readonly stacks: Stacks },
  options: Options,
  io: Io,
): Promise<() => Promise<void>> {
  const { name: domain } = settings.mtlsDomain
  const bundle = await readTruststoreFiles(settings, options.settings, new Date())
  const clients = await attempt('the tables', () => allClients(runtime.store.registry))
  await refuseIssuingClients(bundle.certificates, clients)
  const change = await truststoreChange(domain, bundle.certificates, aws)
  requireAllowed(change, options)
  const tell = options.json ? io.err : io.out
  return async () => {
    for (const line of truststoreLines(change)) tell(line)
    if (!options.yes && change.lines.length > 0)
      await confirmTruststore(io, 'the trust store was not changed')
    const members = [{ name: 'certificates', to: JSON.stringify(change.lines) }]
    const { isChanged, warnings } = await runOutside(
      runtime,
      operator,
      { kind: 'trustStore', item: domain, members },
      () => renewTruststore(stacks.truststore, domain, bundle.pem, aws, delay),
    )
    for (const warning of [...bundle.warnings, ...warnings.map(inWords)]) tell(warning)
    tell(`trust store: ${isChanged ? 'replaced; the domain will use it in about a minute' : 'no change'}`)
  }
}

async function fillTables(
  settings: DeploymentSettings,
  lists: Awaited<ReturnType<typeof prepareListSources>>,
  runtime: Runtime,
  operator: Operator,
  { yes, json }: Options,
  io: Io,
): Promise<void> {
  const present = await findPresent(settings, runtime)
  const aliases = settings.clients.map(({ clientIdAlias }) => clientIdAlias)
  const plan = provisionPlan(present, serviceNumber(settings), aliases)
  for (const line of [...plan, ...lists.lines]) (json ? io.err : io.out)(line)
  if (!yes) await confirm(io)
  const show = (secrets: NewSecrets) => showSecrets(secrets, json, io)
  await provision(settings, present, runtime, show, operator)
  await lists.store(operator)
}

function showSecrets(secrets: NewSecrets, json: boolean, io: Io): void {
  for (const line of json ? [JSON.stringify(secrets)] : secretLines(secrets)) io.out(line)
}

/** Two credentials at once let the callers move from one to the other (docs/operations.md). */
async function changeOwner(
  runtime: Runtime,
  operator: Operator,
  { yes, json, 'new-owner': isNew, 'remove-owner': removed }: Options,
  io: Io,
): Promise<void> {
  const tell = json ? io.err : io.out
  const management = openManagement(runtime, operator)
  if (isNew) tell('  owner of the deployment: further credentials; the present ones stay valid')
  if (removed !== undefined)
    tell(`  owner of the deployment: the credentials with the key ${removed} will be refused`)
  if (!yes) await confirm(io)
  if (isNew) showSecrets({ owner: await management.addOwner() }, json, io)
  if (removed !== undefined) await management.removeOwner(removed)
}

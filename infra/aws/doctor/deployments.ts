import { readFile } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { EndingCertificates } from '../../../shared/store/certificates/ending.ts'
import { Complaint, Complaints } from '../../command.ts'
import type { LocalDeployment } from '../../local-deployment.ts'
import { parseTruststore, readTruststore, type Truststore } from '../../truststore/truststore.ts'
import { type Aws, attempt } from '../deployment/aws.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { findStacks, requireState, type Stacks } from '../deployment/stack.ts'
import { withLocalTables } from '../deployment/local.ts'
import { openDeployedTables } from '../deployment/tables.ts'
import { truststoreBucket } from '../deployment/truststore.ts'
import { TRUSTSTORE_KEY } from '../template/domains.ts'
import type { Account, InspectedDeployment, CheckSource, Visitor } from './check.ts'

const now = () => new Date()

/**
 * The deployment of `npm start` on this machine, from its local.json. Its visitor is the confidential client, unless the command line
 * names another.
 *
 * @throws Complaint
 */
export async function localDeployment(
  directory: string,
  files: VisitorFiles = {},
): Promise<InspectedDeployment> {
  const { local, registry } = await withLocalTables(directory, async (runtime, local) => ({
    local,
    registry: await registryOf(runtime, local.serviceId),
  }))
  const { mtlsUrl, plainUrl } = local
  const client = local.clients.find(({ type }) => type === 'CONFIDENTIAL')
  return {
    mtlsUrl,
    plainUrl,
    ca: await readFile(local.caFile, 'utf8'),
    visitor: client && (await localVisitor(client, files)),
    truststore: await readTruststore(local.truststoreFile),
    ...registry,
    listNames: registry.lists.map(({ name }) => name),
    unread: {},
    now,
  }
}

/** The visitor of a local deployment. Another client may use the certificate of the confidential client. */
async function localVisitor(
  own: LocalDeployment['clients'][number],
  files: VisitorFiles,
): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId } = files
  if (certificate !== undefined || key !== undefined) return namedVisitor(files)
  if (clientId === undefined) return visitorOf(own.certificateFile, own.keyFile, own)
  return namedVisitor({ ...files, certificate: own.certificateFile, key: own.keyFile })
}

/** The options with files: both certificate and key, or neither. */
export interface VisitorFiles {
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly 'client-id'?: string | undefined
  readonly 'client-secret-file'?: string | undefined
}

/**
 * A deployment on AWS, with its registry and the newest version of its trust store. `unread` has the reasons why one could not be read.
 *
 * @throws Complaint
 */
export async function awsDeployment(
  settings: DeploymentSettings,
  aws: Aws,
  files: VisitorFiles,
): Promise<{ readonly inspected: InspectedDeployment; readonly account: Account }> {
  const stacks = await findStacks(settings, aws)
  const runtime = openDeployedTables(settings, stacks.main, aws)
  const { registryTable, grantsTable, auditTable } = runtime.settings
  const unread: Partial<Record<CheckSource, string>> = {}
  const registry = await readable(['registry', 'service'], unread, () =>
    attempt(`reading ${registryTable}`, () => registryOf(runtime, serviceNumber(settings))),
  ).finally(() => runtime.store.close())
  if (registry !== undefined && registry.service === undefined)
    unread.service = 'the registry contains no service'
  const inspected = {
    mtlsUrl: `https://${settings.mtlsDomain.name}`,
    plainUrl: `https://${settings.plainDomain.name}`,
    ca: undefined,
    visitor: await namedVisitor(files),
    truststore: (await readable(['truststore'], unread, () => uploadedTruststore(stacks, aws))) ?? [],
    ...(registry ?? { service: undefined, clients: [], lists: [], ending: [] }),
    listNames: settings.crl?.sources.map(({ name }) => name) ?? [],
    ...{ unread, now },
  }
  const tables = [registryTable, grantsTable, auditTable]
  return { inspected, account: { aws, settings, stack: requireState(stacks.main), tables } }
}

/** @returns `undefined` if a complaint prevented it, which is then in `unread` */
async function readable<Result>(
  sources: readonly CheckSource[],
  unread: Partial<Record<CheckSource, string>>,
  read: () => Promise<Result>,
): Promise<Result | undefined> {
  const wrong = new Complaints()
  const result = await wrong.of(read())
  if (!wrong.isEmpty) for (const source of sources) unread[source] = wrong.all().message
  return result
}

async function registryOf(
  { store }: Runtime,
  serviceId: number,
): Promise<Pick<InspectedDeployment, 'service' | 'clients' | 'lists' | 'ending'>> {
  const service = await store.registry.findCurrentService(serviceId)
  const lists = await store.lists.sources.findCurrent()
  const seconds = Math.floor(now().getTime() / 1000) as EpochSeconds
  const ending = await new EndingCertificates(store.certificates.table).soon(serviceId, seconds)
  return { service, clients: await store.registry.listClients(serviceId), lists, ending }
}

async function uploadedTruststore({ truststore }: Stacks, { s3 }: Aws): Promise<Truststore> {
  const Bucket = truststoreBucket(truststore)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  return parseTruststore((await Body?.transformToString()) ?? '', `s3://${Bucket}/${TRUSTSTORE_KEY}`)
}

async function namedVisitor(files: VisitorFiles): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId, 'client-secret-file': secretFile } = files
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined)
    throw new Complaint('--certificate and --key must be used together')
  const clientSecret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim()
  return visitorOf(certificate, key, { clientId, clientSecret })
}

async function visitorOf(
  certificateFile: string,
  keyFile: string,
  { clientId, clientSecret }: Pick<Visitor, 'clientId' | 'clientSecret'>,
): Promise<Visitor> {
  const [cert, key] = [await readFile(certificateFile, 'utf8'), await readFile(keyFile, 'utf8')]
  return { cert, key, clientId, clientSecret }
}

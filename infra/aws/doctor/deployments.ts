import { readFile } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { Complaint } from '../../command.ts'
import { type LocalDeployment, localDeploymentFile } from '../../local-deployment.ts'
import { LOCAL_DYNAMODB } from '../../tables/tables.ts'
import { parseTruststore, readTruststore, type Truststore } from '../../truststore/truststore.ts'
import type { Aws } from '../deployment/aws.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { findStacks } from '../deployment/stack.ts'
import { openDeployedTables, openTables } from '../deployment/tables.ts'
import { TRUSTSTORE_KEY, truststoreBucket } from '../deployment/truststore.ts'
import type { Account, Inspected, Visitor } from './check.ts'

const now = () => new Date()

/**
 * The deployment that `npm start` runs on this machine, as its local.json describes it. Its visitor is the confidential client,
 * unless the command line names another.
 *
 * @throws Complaint
 */
export async function localDeployment(directory: string, files: VisitorFiles = {}): Promise<Inspected> {
  const file = localDeploymentFile(directory)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Complaint(`${file} cannot be read: npm start writes it and must be running`, { cause: error })
  })
  const local = JSON.parse(text) as LocalDeployment
  const { mtlsUrl, plainUrl, serviceId } = local
  const runtime = openTables(local, serviceId, { ...LOCAL_DYNAMODB, endpoint: local.dynamodbUrl })
  const client = local.clients.find(({ type }) => type === 'CONFIDENTIAL')
  return {
    mtlsUrl,
    plainUrl,
    ca: await readFile(local.caFile, 'utf8'),
    visitor: client && (await localVisitor(client, files)),
    truststore: await readTruststore(local.truststoreFile),
    ...(await registryOf(runtime, serviceId).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error
      throw new Complaint(`${file} is of a run that has ended: npm start must be running`, { cause: error })
    })),
    now,
  }
}

/** Another client may use the certificate of the confidential client. */
async function localVisitor(
  own: LocalDeployment['clients'][number],
  files: VisitorFiles,
): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId } = files
  if (certificate !== undefined || key !== undefined) return namedVisitor(files)
  if (clientId === undefined) return visitorOf(own.certificateFile, own.keyFile, own)
  return namedVisitor({ ...files, certificate: own.certificateFile, key: own.keyFile })
}

/** The files that the command line names: certificate and key, or neither. */
export interface VisitorFiles {
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly 'client-id'?: string | undefined
  readonly 'client-secret-file'?: string | undefined
}

/** A deployment on AWS, with its registry and the newest version of its trust store. @throws Complaint */
export async function awsDeployment(
  settings: DeploymentSettings,
  aws: Aws,
  files: VisitorFiles,
): Promise<{ readonly inspected: Inspected; readonly account: Account }> {
  const stacks = await findStacks(settings, aws)
  const runtime = openDeployedTables(settings, stacks.main, aws)
  const { registryTable, grantsTable } = runtime.settings
  const inspected = {
    mtlsUrl: `https://${settings.mtlsDomain.name}`,
    plainUrl: `https://${settings.plainDomain.name}`,
    ca: undefined,
    visitor: await namedVisitor(files),
    truststore: await uploadedTruststore(truststoreBucket(stacks.truststore), aws),
    ...(await registryOf(runtime, serviceNumber(settings))),
    now,
  }
  return { inspected, account: { aws, settings, tables: [registryTable, grantsTable] } }
}

async function registryOf(
  { store }: Runtime,
  serviceId: number,
): Promise<Pick<Inspected, 'service' | 'clients'>> {
  try {
    const service = await store.registry.currentService(serviceId)
    return { service, clients: await store.registry.listClients(serviceId) }
  } finally {
    store.close()
  }
}

async function uploadedTruststore(Bucket: string, { s3 }: Aws): Promise<Truststore> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  return parseTruststore((await Body?.transformToString()) ?? '', `s3://${Bucket}/${TRUSTSTORE_KEY}`)
}

async function namedVisitor(files: VisitorFiles): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId, 'client-secret-file': secretFile } = files
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined)
    throw new Complaint('--certificate and --key must be given together')
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

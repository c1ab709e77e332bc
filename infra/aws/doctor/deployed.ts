import { readFile } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Clients } from '../deployment/clients.ts'
import { Complaint } from '../deployment/complaint.ts'
import { serviceNumber } from '../deployment/parameters.ts'
import { BUCKET_OUTPUT, truststoreStackName } from '../deployment/plan.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { findStack } from '../deployment/stack.ts'
import { TRUSTSTORE_KEY } from '../deployment/truststore.ts'
import { parseTruststore, type Truststore } from '../../truststore/truststore.ts'
import { deployedRuntime } from '../provisioning/target.ts'
import type { Account } from './aws/account.ts'
import { authorizers, domains, executeApi } from './aws/gateway.ts'
import { invokers } from './aws/functions.ts'
import { timeToLive } from './aws/tables.ts'
import type { Check } from './finding.ts'
import type { Inspected, Visitor } from './inspected.ts'

/** What can only be asked of AWS. */
export function accountChecks(account: Account): readonly Check[] {
  return [executeApi, domains, authorizers, invokers, timeToLive].map((check) => check(account))
}

/** The files that the command line names; both or none. */
export interface VisitorFiles {
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly 'client-id'?: string | undefined
  readonly 'client-secret-file'?: string | undefined
}

/** A deployment on AWS: its registry, and the trust store in its newest version. @throws Complaint */
export async function deployedDeployment(
  settings: DeploymentSettings,
  clients: Clients,
  files: VisitorFiles,
) {
  const runtime = await deployedRuntime(settings, clients)
  const { registry } = runtime.store
  const number = serviceNumber(settings)
  const inspected: Inspected = {
    mtlsUrl: `https://${settings.mtlsDomain.name}`,
    plainUrl: `https://${settings.plainDomain.name}`,
    ca: undefined,
    visitor: await visitorOf(files),
    truststore: await truststoreOf(settings, clients),
    service: await registry.findService(number),
    clients: await registry.listClients(number),
    now: () => new Date(),
  }
  runtime.store.close()
  const { registryTable, grantsTable } = runtime.settings
  return { inspected, account: { clients, settings, tables: [registryTable, grantsTable] } satisfies Account }
}

async function truststoreOf(
  settings: DeploymentSettings,
  { cloudFormation, s3 }: Clients,
): Promise<Truststore> {
  const name = truststoreStackName(settings)
  const Bucket = (await findStack(cloudFormation, name))?.outputs.get(BUCKET_OUTPUT)
  if (Bucket === undefined) throw new Complaint(`the stack ${name} is not there: npm run deploy comes first`)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  return parseTruststore((await Body?.transformToString()) ?? '', `s3://${Bucket}/${TRUSTSTORE_KEY}`)
}

async function visitorOf(files: VisitorFiles): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId, 'client-secret-file': secretFile } = files
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined)
    throw new Complaint('--certificate and --key go together')
  const clientSecret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim()
  return {
    cert: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
    clientId,
    clientSecret,
  }
}

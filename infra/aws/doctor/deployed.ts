import { readFile } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { Complaint } from '../../command.ts'
import { parseTruststore, type Truststore } from '../../truststore/truststore.ts'
import type { Aws } from '../deployment/aws.ts'
import { serviceNumber } from '../deployment/parameters.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { openDeployedTables } from '../deployment/tables.ts'
import { TRUSTSTORE_KEY, truststoreBucket } from '../deployment/truststore.ts'
import type { Account } from './aws/account.ts'
import { invokers } from './aws/functions.ts'
import { authorizers, domains, executeApi } from './aws/gateway.ts'
import { timeToLive } from './aws/tables.ts'
import type { Check } from './finding.ts'
import type { Inspected, Visitor } from './inspected.ts'

/** Checks that need AWS. */
export function accountChecks(account: Account): readonly Check[] {
  return [executeApi, domains, authorizers, invokers, timeToLive].map((check) => check(account))
}

/** The files that the command line names: certificate and key, or neither. */
export interface VisitorFiles {
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly 'client-id'?: string | undefined
  readonly 'client-secret-file'?: string | undefined
}

/** A deployment on AWS, with its registry and the newest version of its trust store. @throws Complaint */
export async function inspectedDeployment(settings: DeploymentSettings, aws: Aws, files: VisitorFiles) {
  const runtime = await openDeployedTables(settings, aws)
  const { registry } = runtime.store
  const number = serviceNumber(settings)
  const inspected: Inspected = {
    mtlsUrl: `https://${settings.mtlsDomain.name}`,
    plainUrl: `https://${settings.plainDomain.name}`,
    ca: undefined,
    visitor: await visitorOf(files),
    truststore: await uploadedTruststore(settings, aws),
    service: await registry.findService(number),
    clients: await registry.listClients(number),
    now: () => new Date(),
  }
  runtime.store.close()
  const { registryTable, grantsTable } = runtime.settings
  return { inspected, account: { aws, settings, tables: [registryTable, grantsTable] } satisfies Account }
}

async function uploadedTruststore(settings: DeploymentSettings, aws: Aws): Promise<Truststore> {
  const Bucket = await truststoreBucket(settings, aws)
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  return parseTruststore((await Body?.transformToString()) ?? '', `s3://${Bucket}/${TRUSTSTORE_KEY}`)
}

async function visitorOf(files: VisitorFiles): Promise<Visitor | undefined> {
  const { certificate, key, 'client-id': clientId, 'client-secret-file': secretFile } = files
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined)
    throw new Complaint('--certificate and --key must be given together')
  const [cert, privateKey] = [await readFile(certificate, 'utf8'), await readFile(key, 'utf8')]
  const clientSecret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim()
  return { cert, key: privateKey, clientId, clientSecret }
}

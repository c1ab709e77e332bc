import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runtimeFor } from '../../../shared/runtime.ts'
import { Complaint } from '../../command.ts'
import type { Local } from '../../emulator/local-file.ts'
import { LOCAL_DYNAMODB } from '../../tables/tables.ts'
import { readTruststore } from '../../truststore/truststore.ts'
import type { Inspected, Visitor } from './inspected.ts'

/** The deployment that `npm start` runs on this machine, as its local.json describes it. @throws Complaint */
export async function localDeployment(directory: string): Promise<Inspected> {
  const file = join(directory, 'local.json')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Complaint(`${file} cannot be read: npm start writes it and must be running`, { cause: error })
  })
  const local = JSON.parse(text) as Local
  return {
    mtlsUrl: local.mtlsUrl,
    plainUrl: local.webApiUrl,
    ca: await readFile(local.caFile, 'utf8'),
    visitor: await visitorOf(local),
    truststore: await readTruststore(local.truststoreFile),
    ...(await registryOf(local)),
    now: () => new Date(),
  }
}

async function visitorOf({ clients }: Local): Promise<Visitor | undefined> {
  const client = clients.find(({ type }) => type === 'CONFIDENTIAL')
  if (client === undefined) return undefined
  const { clientId, clientSecret, certificateFile, keyFile } = client
  const [cert, key] = [await readFile(certificateFile, 'utf8'), await readFile(keyFile, 'utf8')]
  return { clientId, clientSecret, cert, key }
}

/** Of the settings of a function: nobody sends requests here. */
const UNUSED = { mtlsDomains: [], apiIds: [], oauthOnMtlsOnly: false, logLevel: 'silent' } as const

async function registryOf(local: Local): Promise<Pick<Inspected, 'service' | 'clients'>> {
  const { serviceId, registryTable, grantsTable, dynamodbUrl } = local
  const settings = { ...UNUSED, registryTable, grantsTable, serviceId, registryCacheSeconds: 0 }
  const { store } = runtimeFor(settings, { ...LOCAL_DYNAMODB, endpoint: dynamodbUrl })
  try {
    const service = await store.registry.findService(serviceId)
    return { service, clients: await store.registry.listClients(serviceId) }
  } finally {
    store.close()
  }
}

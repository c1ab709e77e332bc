import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CLIENT_CERTIFICATES, type Site } from './site.ts'

export type Local = Awaited<ReturnType<typeof writeLocalFile>>

/** `local.json`, for scripts: everything that is printed, secrets of this development service included. */
export async function writeLocalFile(site: Site, directory: string) {
  const { seeded, certificates, webApiUrl, mtlsUrl, dynamodbUrl, librarySampleUrl } = site
  const { registryTable, grantsTable } = site.runtime.settings
  const clients = seeded.clients.map((client) => {
    const pair = certificates.clients.get(CLIENT_CERTIFICATES[client.type])
    if (pair === undefined) throw new Error(`no certificate for the ${client.type} client`)
    return { ...client, certificateFile: pair.certificateFile, keyFile: pair.keyFile }
  })
  const { frontEndUrl, frontEndMtlsUrl, resourceServerUrl } = site.frontEnd
  const frontEnd = { frontEndUrl, frontEndMtlsUrl, resourceServerUrl }
  const caFile = certificates.ca.certificateFile
  const truststoreFile = join(directory, 'truststore.pem')
  const tables = { dynamodbUrl, registryTable, grantsTable }
  const local = {
    webApiUrl,
    mtlsUrl,
    ...frontEnd,
    librarySampleUrl,
    ...seeded,
    caFile,
    truststoreFile,
    clients,
    ...tables,
  }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFile(truststoreFile, site.truststore.join(''))
  await writeFile(join(directory, 'local.json'), `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 })
  return local
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalDeployment, localDeploymentFile } from '../../local-deployment.ts'
import type { SeededClient } from './seed.ts'
import type { Site } from './site.ts'

/** The content of `local.json`. */
export type Local = Awaited<ReturnType<typeof writeLocalFile>>

/** Writes `local.json` for scripts: all printed facts, and the secrets of this development service. */
export async function writeLocalFile(site: Site, directory: string, consoleUrl: string) {
  const { seeded, certificates, webApiUrl, mtlsUrl, plainUrl, dynamodbUrl, examples } = site
  const { frontEndUrl, authorizationEndpoint, frontEndMtlsUrl, resourceServerUrl, librarySampleUrl } =
    examples
  const { registryTable, grantsTable, auditTable } = site.runtime.settings
  const withFiles = ({ certificate, ...client }: SeededClient) => {
    const { certificateFile, keyFile } = certificates.clients[certificate]
    return { ...client, certificateFile, keyFile }
  }
  const [first, second, ...others] = seeded.clients
  const clients = [withFiles(first), withFiles(second), ...others.map(withFiles)] as const
  const resourceServer = withFiles(seeded.resourceServer)
  const truststoreFile = join(directory, 'truststore.pem')
  const local = {
    consoleUrl,
    webApiUrl,
    mtlsUrl,
    plainUrl,
    frontEndUrl,
    authorizationEndpoint,
    frontEndMtlsUrl,
    resourceServerUrl,
    librarySampleUrl,
    ...seeded,
    caFile: certificates.ca.certificateFile,
    truststoreFile,
    clients,
    resourceServer,
    dynamodbUrl,
    registryTable,
    grantsTable,
    auditTable,
  }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFile(truststoreFile, site.truststore.join(''))
  await writeFile(localDeploymentFile(directory), `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 })
  return local satisfies LocalDeployment
}

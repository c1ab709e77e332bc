import { join } from 'node:path'

/** The members of local.json that commands need. `npm start` also writes others, for scripts. */
export interface LocalDeployment {
  readonly mtlsUrl: string
  readonly plainUrl: string
  readonly serviceId: number
  readonly clients: readonly LocalClient[]
  readonly caFile: string
  readonly truststoreFile: string
  readonly dynamodbUrl: string
  readonly registryTable: string
  readonly grantsTable: string
  readonly auditTable: string
}

interface LocalClient {
  readonly type: 'PUBLIC' | 'CONFIDENTIAL'
  readonly clientId: string
  readonly clientSecret?: string
  readonly certificateFile: string
  readonly keyFile: string
}

/** @param directory of the development certificates */
export function localDeploymentFile(directory: string): string {
  return join(directory, 'local.json')
}

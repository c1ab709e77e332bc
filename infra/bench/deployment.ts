import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { Settings } from '../../shared/settings.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'

/** Where the events of the bench come from. */
export const SITE = { domainName: 'mtls.bench.example', apiId: 'bench' }

export function settingsFor(serviceId: number): Settings {
  return {
    registryTable: 'registry',
    grantsTable: 'grants',
    serviceId,
    mtlsDomains: [SITE.domainName],
    apiIds: [SITE.apiId],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: 10,
    logLevel: 'info',
  }
}

export function engineAt(endpoint: string): DynamoDBClientConfig {
  return { ...LOCAL_DYNAMODB, endpoint }
}

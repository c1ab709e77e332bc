import type { Settings } from './settings.ts'

/** The meaning of each setting of a function, in Markdown. */
export const SETTING_MEANINGS: Readonly<Record<keyof Settings, string>> = {
  registryTable: 'The name of the table of services, clients and keys.',
  grantsTable: 'The name of the table of grants and of the states of clients.',
  auditTable: 'The name of the table of the records of changes.',
  serviceId:
    'The service of the OAuth face. Its issuer is in its record. A function with OAuth routes does not start without it.',
  mtlsDomains:
    'Separated by commas. Only an event from one of these domains brings a certificate. A function with OAuth routes does not start without them.',
  apiIds:
    'Separated by commas. Only an event from one of these APIs brings a certificate. A function with OAuth routes does not start without them.',
  resourceUrls:
    'For the authorizer, separated by commas: `<API id>=<URL>`, the URL that clients were given for the API. Only requests to these APIs may have DPoP proofs.',
  oauthOnMtlsOnly:
    'Whether the OAuth endpoints answer 404 on all other domains and APIs. Metadata, `/jwks` and the Web API are available everywhere.',
  registryCacheSeconds:
    'How long a process may use records of services, clients and keys that it has read: 0 to 3,600 seconds. With 0 every request reads the registry.',
  auditDays: 'How long the records of changes are kept: 1 to 3,660 days.',
  dynamodbClient: "The client of DynamoDB: this project's own (`lean`) or that of the AWS SDK (`sdk`).",
  logLevel:
    '`debug`, `info`, `warn`, `error` or `silent`. Refusals are written at every level except `silent`, because alarms count them.',
}

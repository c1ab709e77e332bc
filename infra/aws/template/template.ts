import { FUNCTION_ROUTES } from '../../deployed-routes.ts'
import { type Settings, variableOf } from '../../../shared/runtime/settings.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { ACCESS_LOG } from './access-log.ts'
import { alarms } from './alarms.ts'
import { attribute, ref, type Value } from './cloudformation.ts'
import { domains, TRUSTSTORE_KEY } from './domains.ts'
import { FUNCTIONS, hasRoutes } from './functions.ts'
import { listFunction, listRules } from './lists.ts'
import { logCounts } from './log-counts.ts'
import { aliasId, archiveParameter, lambdaId, logGroupId, logicalName } from './logical-ids.ts'
import { savedQueries } from './queries.ts'
import { roleOf } from './rights.ts'
import { stages } from './stages.ts'
import { type Tables, tablesOf } from './tables.ts'
import { topic, topicOf } from './topic.ts'

/** The parts of serverless.yml that depend on the settings and the functions. */
export function templateParts(settings: DeploymentSettings) {
  const { region, stage, logRetentionDays, concurrency } = settings
  const tables = tablesOf(settings)
  const { HttpApiStage, PlainStage } = stages(settings)
  const roles = FUNCTIONS.map(
    ([name, rights]) => [`${logicalName(name)}Role`, roleOf(name, rights, tables, settings)] as const,
  )
  const reserved = Object.entries(concurrency).map(
    ([name, ReservedConcurrentExecutions]) =>
      [lambdaId(name), { Properties: { ReservedConcurrentExecutions } }] as const,
  )
  return {
    ...{ region, stage, logRetentionDays },
    accessLog: { format: ACCESS_LOG },
    environment: environment(variables(settings, tables)),
    functions: Object.fromEntries(FUNCTIONS.map((each) => [each[0], oslsFunction(each, settings)])),
    resources: {
      Parameters: parameters(),
      Resources: {
        ...tables.resources,
        ...Object.fromEntries(roles),
        ...domains(settings),
        PlainStage,
        ...topic(settings),
        ...alarms(settings, tables),
        ...savedQueries(stage),
        ...listRules(settings),
        ...logCounts(settings),
      },
      Outputs: outputs(settings, tables),
      extensions: { HttpApiStage, ...Object.fromEntries(reserved), ...encryptedLogs(settings) },
    },
  }
}

function encryptedLogs({ kmsKeyArn: KmsKeyId }: DeploymentSettings) {
  if (KmsKeyId === undefined) return {}
  const groups = ['HttpApiLogGroup', ...FUNCTIONS.map(([name]) => logGroupId(name))]
  return Object.fromEntries(groups.map((id) => [id, { Properties: { KmsKeyId } }]))
}

/** The values that only a deployment knows. All others follow from the settings and the code. */
function parameters() {
  const text = (Description: string) => ({ Type: 'String', Description })
  const archives = FUNCTIONS.map(
    ([name]) => [archiveParameter(name), text(`The version of ${name}.zip there`)] as const,
  )
  return {
    Bucket: text('The bucket with the trust store and the archives'),
    TruststoreVersion: text(`The version of ${TRUSTSTORE_KEY} there`),
    ...Object.fromEntries(archives),
  }
}

type Variables = Readonly<Record<keyof Settings, Value>>

function variables(settings: DeploymentSettings, { registry, grants, audit }: Tables): Variables {
  return {
    registryTable: registry.name,
    grantsTable: grants.name,
    auditTable: audit.name,
    serviceId: String(serviceNumber(settings)),
    mtlsDomains: ref('MtlsDomain'),
    apiIds: ref('HttpApi'),
    resourceUrls: '',
    oauthOnMtlsOnly: String(settings.mtlsOnly),
    registryCacheSeconds: String(settings.registryCacheSeconds),
    logLevel: settings.logLevel,
    auditDays: String(settings.auditDays),
    dynamodbClient: settings.dynamodbClient,
  }
}

/** The domains and the APIs whose certificates the authorizer accepts are those of the resource servers that call it. */
function authorizerVariables({ resourceServers }: DeploymentSettings): Partial<Variables> {
  const urls = resourceServers.flatMap(({ apiId, url }) => (url === undefined ? [] : [`${apiId}=${url}`]))
  return {
    mtlsDomains: resourceServers.map(({ mtlsDomain }) => mtlsDomain).join(','),
    apiIds: resourceServers.map(({ apiId }) => apiId).join(','),
    resourceUrls: urls.join(','),
  }
}

function environment(values: Partial<Variables>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).map(([setting, value]) => [variableOf(setting), value]))
}

/** A function in the form that osls requires. */
function oslsFunction([name, { usesSdk }]: (typeof FUNCTIONS)[number], settings: DeploymentSettings) {
  const routes = hasRoutes(name) ? FUNCTION_ROUTES[name] : {}
  return {
    handler: 'index.handler',
    role: `${logicalName(name)}Role`,
    package: { artifact: `dist/${name}.zip` },
    ...(name === 'certificate-lists' && listFunction(settings)),
    environment: environment({
      ...(name === 'authorizer' && authorizerVariables(settings)),
      ...(usesSdk === true && { dynamodbClient: 'sdk' }),
    }),
    events: Object.keys(routes).map((path) => ({ httpApi: { method: '*', path } })),
  }
}

/** The targets of the DNS records, and the names of the resources. */
function outputs(settings: DeploymentSettings, { registry, grants, audit, from }: Tables) {
  const functions = FUNCTIONS.map(([name]) => {
    const output = { Value: ref(aliasId(name)), Description: `The alias of the function ${name}` }
    return [`${logicalName(name)}FunctionArn`, output] as const
  })
  return {
    ...domainOutputs('MtlsDomain', 'The mutual-TLS domain'),
    ...domainOutputs('PlainDomain', 'The plain domain'),
    ServiceId: { Value: String(serviceNumber(settings)), Description: 'The service of the OAuth endpoints' },
    RegistryTableName: { Value: registry.name, Description: 'Services, clients and signing keys' },
    GrantsTableName: { Value: grants.name, Description: 'Grants and the states of clients' },
    AuditTableName: { Value: audit.name, Description: 'Records of changes' },
    TablesFrom: {
      Value: from,
      Description: 'Whether the settings name the tables or the stack created them',
    },
    AlarmTopicArn: { Value: topicOf(settings), Description: 'Where alarms are published' },
    ...Object.fromEntries(functions),
  }
}

function domainOutputs(id: 'MtlsDomain' | 'PlainDomain', Description: string) {
  const [target, zone] = ['The target of its DNS record', 'The zone of an alias record in Route 53']
  return {
    [`${id}Name`]: { Value: ref(id), Description },
    [`${id}Target`]: { Value: attribute(id, 'RegionalDomainName'), Description: target },
    [`${id}HostedZone`]: { Value: attribute(id, 'RegionalHostedZoneId'), Description: zone },
  }
}

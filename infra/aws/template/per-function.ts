import type { Routes } from '../../../shared/lambda/route.ts'
import { REFUSALS } from '../../../shared/refusal/refusal.ts'
import type { Row } from '../../../shared/refusal/row.ts'
import { functionNames } from '../../package/build.ts'

/** The parts of the template that repeat for each function: made from the folders in functions/ and their routes. */

/** Functions without routes, and their lines in functions.yml. */
const UNROUTED: Readonly<Record<string, readonly string[]>> = {
  authorizer: [
    '  # The API of a resource server calls it, from a stack of its own (docs/resource-servers.md). The domain and the API',
    '  # that may bring a certificate are those of that API.',
    '  environment:',
    '    MTLS_DOMAINS: ${param:resourceMtlsDomains}',
    '    API_IDS: ${param:resourceApiIds}',
    '    RESOURCE_URLS: ${param:resourceUrls}',
  ],
}

/** Nobody waits for these, so they keep the client of AWS, which is the reference of the lean one (shared/dynamodb). */
const BY_SDK = ['management', 'token-management']

/** `functions.yml` for osls. Each function decides which methods a route takes. */
export async function functionsYaml(): Promise<string> {
  const about =
    '# Made by `npm run generate` from functions/*/routes.ts. Each function answers its routes for every method. Its source is the\n' +
    '# folder of its name: routes.ts declares the routes, decide.ts has the rules.\n'
  return about + (await Promise.all(functionNames().map(functionYaml))).join('\n')
}

async function functionYaml(name: string): Promise<string> {
  return [
    `${name}:`,
    '  handler: index.handler',
    `  role: ${logicalName(name)}Role`,
    `  package: { artifact: dist/${name}.zip }`,
    ...(BY_SDK.includes(name) ? ['  environment: { DYNAMODB_CLIENT: sdk }'] : []),
    ...(UNROUTED[name] ?? (await events(name))),
    '',
  ].join('\n')
}

async function events(name: string): Promise<readonly string[]> {
  const lines = Object.keys(await routesOf(name)).map(
    (path) => `    - httpApi: { method: '*', path: ${quoted(path)} }`,
  )
  return ['  events:', ...lines]
}

/** The routes of a function; none of one that the API of somebody else calls. */
export async function routesOf(name: string): Promise<Routes> {
  if (name in UNROUTED) return {}
  const { routes } = (await import(`../../../functions/${name}/routes.ts`)) as { routes: Routes }
  return routes
}

const quoted = (path: string) => (path.includes('{') ? `'${path}'` : path)

/** `StandardIntrospection` for `standard-introspection`. */
function logicalName(name: string): string {
  return name.split('-').map(capitalized).join('')
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** The logical id that osls makes: it spells a hyphen out. */
function lambdaId(name: string): string {
  return `${capitalized(name).replaceAll('-', 'Dash')}LambdaFunction`
}

const logGroupId = (name: string) => lambdaId(name).replace('LambdaFunction', 'LogGroup')

/** Executions that are reserved for functions, by their names. */
export function reserved(concurrency: Readonly<Record<string, number>>) {
  const changes = Object.entries(concurrency).map(([name, ReservedConcurrentExecutions]) => [
    lambdaId(name),
    { Properties: { ReservedConcurrentExecutions } },
  ])
  return { extensions: Object.fromEntries(changes) as Readonly<Record<string, object>> }
}

/** An alarm takes ten metrics: a sum is one of them. */
const FUNCTIONS_IN_ALARM = 9

/** Alarms over all functions, filters that count refusals in their logs, and outputs that name them. */
export function watching(names: readonly string[]) {
  const alarms = SUMS.flatMap((sum) =>
    inGroups(names, FUNCTIONS_IN_ALARM).map((group, i): [string, object] => [
      `${sum.id}${i === 0 ? '' : String(i + 1)}`,
      sumAlarm(sum, group),
    ]),
  )
  const refusals = names.map((name) => filter(name, 'Refusals', REFUSED))
  const stolen = JUDGES.map((name) => filter(name, 'StolenTokens', STOLEN))
  const outputs = names.map((name): [string, object] => [
    `${logicalName(name)}FunctionArn`,
    { Value: { 'Fn::GetAtt': [lambdaId(name), 'Arn'] }, Description: `The function ${name}` },
  ])
  return {
    Resources: Object.fromEntries([
      ...alarms,
      ...refusals,
      ...stolen,
      filter('token', 'Replays', '{ $.ended = "*" }'),
    ]),
    Outputs: Object.fromEntries(outputs),
  }
}

const SUMS = [
  {
    // A handler answers its own failures with 500 or 503. This counts functions that did not start or did not end, and
    // the authorizer, which throws when it cannot decide.
    id: 'FunctionErrorsAlarm',
    metric: 'Errors',
    label: 'errors of all functions',
    description: 'A function broke off, did not start or took too long. Its log group has the reason.',
  },
  {
    id: 'FunctionThrottlesAlarm',
    metric: 'Throttles',
    label: 'throttles of all functions',
    description:
      'Lambda refused calls. Ask for more concurrency in the account, or find out who calls so often.',
  },
]

function sumAlarm({ metric, label, description }: (typeof SUMS)[number], names: readonly string[]) {
  const metrics = names.map((name, i) => ({
    Id: `m${String(i)}`,
    ReturnData: false,
    MetricStat: {
      Period: 300,
      Stat: 'Sum',
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: lambdaId(name) } }],
      },
    },
  }))
  const topic = [{ Ref: 'AlarmTopic' }]
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: description,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: topic,
      OKActions: topic,
      Metrics: [{ Id: 'all', Label: label, Expression: 'SUM(METRICS())', ReturnData: true }, ...metrics],
    },
  }
}

/** Anyone who tries paths on a domain causes these, and a server in front that uses more of Authlete: they raise no alarm. */
const OF_PATHS = [
  ...['route-unknown', 'domain-other', 'document-other', 'api-not-offered', 'authlete-api-not-offered'],
]

const REFUSED = `{ ${['($.reason = "*")', ...OF_PATHS.map((reason) => `($.reason != "${reason}")`)].join(' && ')} }`

/** The functions that compare the holder of a token or code with its binding. */
const JUDGES = ['token', 'introspection', 'authorizer', 'userinfo'] as const

const THEFT_REASONS = Object.entries<Row>(REFUSALS).flatMap(([reason, [, , , , mark]]) =>
  mark === 'theft' ? [reason] : [],
)

const STOLEN = `{ ${THEFT_REASONS.map((reason) => `($.reason = "${reason}")`).join(' || ')} }`

/** Counts lines of a function's log (shared/runtime/log.ts). The alarms on these metrics are in misuse.yml. */
function filter(name: string, metric: string, pattern: string): [string, object] {
  const transformation = {
    MetricNamespace: 'certbound/${param:stage}',
    MetricName: metric,
    MetricValue: '1',
    DefaultValue: 0,
    Unit: 'Count',
  }
  const properties = {
    LogGroupName: { Ref: logGroupId(name) },
    FilterPattern: pattern,
    MetricTransformations: [transformation],
  }
  return [`${logicalName(name)}${metric}`, { Type: 'AWS::Logs::MetricFilter', Properties: properties }]
}

function inGroups<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}

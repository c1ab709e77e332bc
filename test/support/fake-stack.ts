import { isDeepStrictEqual } from 'node:util'
import type { Account } from './fake-account.ts'
import type { ChangeSet } from './fake-change-sets.ts'
import { type Event, type Stack, stackId } from './fake-cloudformation.ts'
import { putStage, stageProblem } from './fake-api.ts'
import { missingArchive, publish, putFunction } from './fake-lambda.ts'
import { resolved, type Template, type Values } from './fake-template.ts'
import { physicalId, resolvedOutputs, valuesOf } from './fake-values.ts'

/** A stack while it is changed. */
interface Changing {
  readonly name: string
  readonly before: Template
  readonly after: Template
  readonly values: Values
  /** The resources that were made, by logical id. */
  readonly made: Map<string, string>
  readonly account: Account
}

/** Executes a change set: makes everything in the template, or nothing. A retained resource stays behind even then. */
export function change(
  verb: 'CREATE' | 'UPDATE',
  name: string,
  { template, parameters }: ChangeSet,
  account: Account,
): void {
  const stack = account.stacks.get(name)
  const empty: Template = { Resources: {} }
  const before = stack?.template ? (JSON.parse(stack.template) as Template) : empty
  const after = JSON.parse(template) as Template
  const made = new Map(stack?.made)
  const values = valuesOf(name, after, parameters, made, account)
  const changing = { name, before, after, values, made, account }
  const number = String(account.stacks.size) + String(stack?.events.length ?? 0)
  const event = (resource: string, type: string, status: string, physicalId = ''): Event => {
    return { id: `${number}-${resource}-${status}`, resource, type, status, physicalId }
  }
  const own = (status: string) => event(name, 'AWS::CloudFormation::Stack', status, stackId(name))
  const failed = makeAll(changing)
  const past = stack?.events ?? []
  const state: Stack = { outputs: {}, events: [], template: '', ...stack, status: '' }
  if (failed === undefined) {
    removeAll(changing)
    const events = [own(`${verb}_COMPLETE`), own(`${verb}_IN_PROGRESS`), ...past]
    const outputs = resolvedOutputs(after, values)
    account.stacks.set(name, {
      ...state,
      status: `${verb}_COMPLETE`,
      events,
      outputs,
      template,
      parameters,
      made,
    })
    return
  }
  rollBack(changing, stack)
  const rollback = verb === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK'
  const status = `${rollback}_${account.broken.has(rollback) ? 'FAILED' : 'COMPLETE'}`
  const kept = Object.entries(after.Resources).filter(
    ([id, { DeletionPolicy }]) => DeletionPolicy === 'Retain' && !(id in before.Resources),
  )
  const of = (status: string) =>
    kept.map(([id, { Type }]) => event(id, Type, status, physicalId(name, id, account)))
  const failure = {
    ...event(failed.id, after.Resources[failed.id]?.Type ?? '', `${verb}_FAILED`),
    reason: failed.reason,
  }
  const begun = [...of('CREATE_IN_PROGRESS'), own(`${verb}_IN_PROGRESS`)]
  const events = [own(status), ...of('DELETE_SKIPPED'), failure, ...begun, ...past]
  const passing = [`${verb}_IN_PROGRESS`, `${rollback}_IN_PROGRESS`]
  account.stacks.set(name, { ...state, status, passing, events })
}

/** CloudFormation makes what others refer to before these. */
const ORDER = [
  'S3::Bucket',
  'DynamoDB::Table',
  'ApiGatewayV2::Api',
  'Lambda::Function',
  'Lambda::Version',
  'Lambda::Alias',
  'ApiGatewayV2::DomainName',
]
const rank = (type: string) => ORDER.indexOf(type.replace('AWS::', '')) >>> 0

/** @returns the resource that cannot be made, and why */
function makeAll(changing: Changing): { readonly id: string; readonly reason: string } | undefined {
  const { after, account } = changing
  const resources = Object.entries(after.Resources).sort(([, a], [, b]) => rank(a.Type) - rank(b.Type))
  for (const [id, { Type, Properties = {} }] of resources) {
    const planned = account.broken.get(id)
    if (planned !== undefined) return { id, reason: planned }
    const make = MAKERS[Type.replace('AWS::', '')]
    const reason = make?.(id, () => resolved(Properties, changing.values), changing)
    if (reason !== undefined) return { id, reason }
  }
  return undefined
}

/** @returns why the resource cannot be made */
type Make = (id: string, properties: () => unknown, changing: Changing) => string | undefined

interface DomainProperties {
  readonly DomainName: string
  readonly MutualTlsAuthentication?: { readonly TruststoreUri: string; readonly TruststoreVersion?: string }
}
type FunctionProperties = Parameters<typeof putFunction>[0]
type StageProperties = Parameters<typeof putStage>[0]

const MAKERS: Readonly<Record<string, Make>> = {
  'S3::Bucket': (id, properties, { name, account }) => {
    const { buckets } = account
    const bucket = physicalId(name, id, account)
    const versioned =
      (properties() as { VersioningConfiguration?: object }).VersioningConfiguration !== undefined
    if (!buckets.has(bucket)) buckets.set(bucket, { versioned, objects: new Map() })
    return undefined
  },
  'ApiGatewayV2::Api': (_, properties, { account }) => {
    account.api.isClosed =
      (properties() as { DisableExecuteApiEndpoint?: boolean }).DisableExecuteApiEndpoint === true
    return undefined
  },
  'ApiGatewayV2::ApiMapping': (_, properties, { account }) => {
    const { DomainName = '', ApiId = '' } = properties() as Record<string, string>
    const domain = account.domains.get(DomainName)
    if (domain !== undefined) domain.apiId = ApiId
    return undefined
  },
  'ApiGatewayV2::DomainName': (_, properties, { account }) =>
    makeDomain(properties() as DomainProperties, account),
  'ApiGatewayV2::Stage': (id, properties, changing) => {
    if (isUnchanged(id, changing)) return undefined
    const stage = properties() as StageProperties
    const routes = [...routesOf(changing.before), ...routesOf(changing.after)]
    const reason = stageProblem(stage, routes, changing.account)
    if (reason === undefined) putStage(stage, changing.account)
    return reason
  },
  'Lambda::Function': (_, properties, { account }) => {
    const lambda = properties() as FunctionProperties
    const reason = missingArchive(lambda, account)
    if (reason === undefined) putFunction(lambda, account)
    return reason
  },
  'Lambda::Version': (id, properties, { before, made, account }) => {
    if (id in before.Resources) return undefined
    const { FunctionName, CodeSha256 } = properties() as { FunctionName: string; CodeSha256: string }
    const published = publish(FunctionName, CodeSha256, account)
    if (typeof published === 'string') return published
    made.set(id, published.version)
    return undefined
  },
  'Lambda::Alias': (id, properties, changing) => {
    if (!isUnchanged(id, changing)) putAlias(properties() as Record<string, string>, changing.account)
    return undefined
  },
}

/** CloudFormation does not look at a resource whose properties stay the same. */
const isUnchanged = (id: string, { before, after }: Changing) =>
  isDeepStrictEqual(before.Resources[id], after.Resources[id])

function makeDomain(
  { DomainName, MutualTlsAuthentication }: DomainProperties,
  account: Account,
): string | undefined {
  const { TruststoreUri, TruststoreVersion } = MutualTlsAuthentication ?? {}
  if (TruststoreUri !== undefined) {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(TruststoreUri) ?? []
    const versions = account.buckets.get(bucket)?.objects.get(key) ?? []
    if (!versions.some(({ version }) => version === TruststoreVersion))
      return 'The truststore could not be found in S3 at this version'
  }
  const warnings = account.domains.get(DomainName)?.warnings ?? []
  const store = { truststoreUri: TruststoreUri, truststoreVersion: TruststoreVersion }
  account.domains.set(DomainName, { warnings, ...store })
  return undefined
}

const routesOf = ({ Resources }: Template): string[] =>
  Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::ApiGatewayV2::Route' ? [String(Properties?.['RouteKey'])] : [],
  )

/** At the end of an update CloudFormation deletes what the template has no longer, unless it is retained. */
function removeAll({ after, before, account: { api } }: Changing): void {
  const routes = new Set(routesOf(after))
  for (const route of routesOf(before)) if (!routes.has(route)) api.routes.delete(route)
  for (const route of routes) api.routes.add(route)
}

/** Puts back what the last template has. API Gateway keeps settings that a stage has got. */
function rollBack({ name, before, after, account, made }: Changing, stack: Stack | undefined): void {
  for (const [id, { Type, DeletionPolicy, Properties }] of Object.entries(after.Resources)) {
    if (Type !== 'AWS::Lambda::Version' || id in before.Resources || DeletionPolicy === 'Retain') continue
    const { Ref } = Properties?.['FunctionName'] as { Ref: string }
    const lambda = account.functions.get(String(after.Resources[Ref]?.Properties?.['FunctionName']))
    lambda?.versions.delete(made.get(id) ?? '')
  }
  const values = valuesOf(name, before, stack?.parameters ?? {}, stack?.made ?? new Map(), account)
  for (const { Type, Properties } of Object.values(before.Resources)) {
    const old = () => resolved(Properties, values)
    if (Type === 'AWS::Lambda::Function') putFunction(old() as FunctionProperties, account)
    if (Type === 'AWS::Lambda::Alias') putAlias(old() as Record<string, string>, account)
  }
}

function putAlias(
  { FunctionName = '', Name = '', FunctionVersion = '' }: Record<string, string>,
  account: Account,
): void {
  account.functions.get(FunctionName)?.aliases.set(Name, FunctionVersion)
}

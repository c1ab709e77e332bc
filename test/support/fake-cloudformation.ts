import { ACCOUNT, type Account, type Answer, Failure } from './fake-account.ts'

export interface Stack {
  status: string
  /** States that it goes through first, one a look. */
  passing?: string[]
  outputs: Record<string, string>
  isProtected?: boolean
  /** Of all operations, the newest first. */
  events: Event[]
  template: string
}

export interface Event {
  id: string
  resource: string
  type: string
  status: string
  reason?: string
  physicalId?: string
}

interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, { Value: unknown }>>
}

/** One action of CloudFormation. */
export function cloudFormation(action: string, form: URLSearchParams, account: Account): Answer {
  const name = (form.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1')
  const stack = account.stacks.get(name)
  const isProtected = stack?.isProtected ?? form.get('EnableTerminationProtection') === 'true'
  switch (action) {
    case 'ValidateTemplate':
      return result(action, '')
    case 'CreateStack':
      if (stack !== undefined)
        throw new Failure(400, 'AlreadyExistsException', `Stack [${name}] already exists`)
      return change(action, name, templateOf(form, account), account, isProtected)
    case 'UpdateStack':
      return change(action, name, updated(name, stack, templateOf(form, account)), account, isProtected)
  }
  if (action === 'DescribeStacks' && name === '') {
    const all = [...account.stacks].map(([each, state]) => `<member>${describe(each, state)}</member>`)
    return result(action, `<Stacks>${all.join('')}</Stacks>`)
  }
  if (stack === undefined) throw invalid(`Stack with id ${name} does not exist`)
  switch (action) {
    case 'DescribeStacks':
      return result(action, `<Stacks><member>${describe(name, stack)}</member></Stacks>`)
    case 'DescribeStackResource': {
      const id = `<PhysicalResourceId>${physicalId(name, form.get('LogicalResourceId') ?? '')}</PhysicalResourceId>`
      return result(action, `<StackResourceDetail>${id}</StackResourceDetail>`)
    }
    case 'DescribeStackEvents':
      return result(
        action,
        `<StackEvents>${stack.events.map((event) => member(name, event)).join('')}</StackEvents>`,
      )
    case 'ListStackResources':
      return result(action, '<StackResourceSummaries/>')
    default:
      throw new Failure(400, 'InvalidAction', `The fake account knows no ${action}`)
  }
}

const invalid = (message: string) => new Failure(400, 'ValidationError', message)

function member(name: string, event: Event): string {
  const { id, resource, type, status, reason = '', physicalId = '' } = event
  const ids = `<StackId>${stackId(name)}</StackId><PhysicalResourceId>${physicalId}</PhysicalResourceId>`
  const about = `<LogicalResourceId>${resource}</LogicalResourceId><ResourceType>${type}</ResourceType>`
  const what = `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>`
  return `<member><EventId>${id}</EventId><StackName>${name}</StackName>${ids}${about}${what}</member>`
}

function describe(
  name: string,
  { status, passing = [], outputs, events, isProtected = false }: Stack,
): string {
  const times = `<CreationTime>2026-11-25T10:00:00Z</CreationTime><LastUpdatedTime>${new Date(events.length * 1000).toISOString()}</LastUpdatedTime>`
  const shown = `<StackStatus>${passing.shift() ?? status}</StackStatus><EnableTerminationProtection>${String(isProtected)}</EnableTerminationProtection>`
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  return `<StackName>${name}</StackName><StackId>${stackId(name)}</StackId>${shown}${times}<Outputs>${members.join('')}</Outputs>`
}

function templateOf(form: URLSearchParams, { buckets }: Account): string {
  const url = form.get('TemplateURL')
  if (url === null) return form.get('TemplateBody') ?? ''
  const [bucket = '', ...key] = new URL(url).pathname.slice(1).split('/')
  const versions = buckets.get(bucket)?.objects.get(decodeURIComponent(key.join('/')))
  const object = versions?.at(-1)
  if (object === undefined) throw invalid(`S3 error: no template at ${url}`)
  return object.body
}

function updated(name: string, stack: Stack | undefined, template: string): string {
  if (stack === undefined) throw invalid(`Stack [${name}] does not exist`)
  if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(stack.status))
    throw invalid(`Stack:${stackId(name)} is in ${stack.status} state and can not be updated.`)
  if (stack.template === template) throw invalid('No updates are to be performed.')
  return template
}

/** Makes everything in the template, or nothing. What is retained stays behind even then. */
function change(
  action: 'CreateStack' | 'UpdateStack',
  name: string,
  text: string,
  account: Account,
  isProtected: boolean,
): Answer {
  const verb = action === 'CreateStack' ? 'CREATE' : 'UPDATE'
  const template = JSON.parse(text) as Template
  const before = account.stacks.get(name)
  const number = String(account.stacks.size) + String(before?.events.length ?? 0)
  const event = (resource: string, type: string, status: string, physicalId: string) => {
    return { id: `${number}-${resource}-${status}`, resource, type, status, physicalId }
  }
  const own = (status: string) => event(name, 'AWS::CloudFormation::Stack', status, stackId(name))
  const [failed] = Object.entries(template.Resources).flatMap(([resource, { Type }]) => {
    const reason = account.broken.get(resource) ?? withoutTruststore(template, resource, account)
    return reason === undefined ? [] : [{ ...event(resource, Type, `${verb}_FAILED`, ''), reason }]
  })
  const past = before?.events ?? []
  const state = { outputs: {}, template: '', ...before, isProtected }
  if (failed !== undefined) {
    const rollback = verb === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK'
    const status = `${rollback}_${account.broken.has(rollback) ? 'FAILED' : 'COMPLETE'}`
    const kept = newlyRetained(template, before).map(
      ([id, { Type }]) =>
        [
          event(id, Type, 'DELETE_SKIPPED', physicalId(name, id)),
          event(id, Type, 'CREATE_IN_PROGRESS', physicalId(name, id)),
        ] as const,
    )
    const begun = [...kept.map(([, made]) => made), own(`${verb}_IN_PROGRESS`)]
    const events = [own(status), ...kept.map(([skipped]) => skipped), failed, ...begun, ...past]
    account.stacks.set(name, { ...state, status, events })
  } else {
    for (const id of Object.keys(template.Resources)) make(name, template, id, account)
    const status = `${verb}_COMPLETE`
    const events = [own(status), own(`${verb}_IN_PROGRESS`), ...past]
    account.stacks.set(name, { ...state, status, events, outputs: outputs(name, template), template: text })
  }
  return result(action, `<StackId>${stackId(name)}</StackId>`)
}

function newlyRetained({ Resources }: Template, before: Stack | undefined): [string, Resource][] {
  const there = new Set(
    Object.keys(before?.template ? (JSON.parse(before.template) as Template).Resources : {}),
  )
  return Object.entries(Resources).filter(
    ([id, { DeletionPolicy }]) => DeletionPolicy === 'Retain' && !there.has(id),
  )
}

interface DomainProperties {
  readonly DomainName: string
  readonly MutualTlsAuthentication?: { readonly TruststoreUri: string; readonly TruststoreVersion?: string }
}

function domainOf(template: Template, id: string): DomainProperties | undefined {
  const { Type, Properties } = template.Resources[id] ?? {}
  return Type === 'AWS::ApiGatewayV2::DomainName' ? (Properties as unknown as DomainProperties) : undefined
}

function withoutTruststore(template: Template, id: string, { buckets }: Account): string | undefined {
  const store = domainOf(template, id)?.MutualTlsAuthentication
  if (store === undefined) return undefined
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(store.TruststoreUri) ?? []
  const versions = buckets.get(bucket)?.objects.get(key) ?? []
  const isThere = versions.some(({ version }) => version === store.TruststoreVersion)
  return isThere ? undefined : 'The truststore could not be found in S3 at this version'
}

function make(name: string, template: Template, id: string, { buckets, domains }: Account): void {
  const { Type, Properties } = template.Resources[id] ?? {}
  const bucket = physicalId(name, id)
  if (Type === 'AWS::S3::Bucket' && !buckets.has(bucket)) {
    const versioned = Properties?.['VersioningConfiguration'] !== undefined
    buckets.set(bucket, { versioned, objects: new Map() })
  }
  const domain = domainOf(template, id)
  if (domain === undefined) return
  const { TruststoreUri, TruststoreVersion } = domain.MutualTlsAuthentication ?? {}
  const warnings = domains.get(domain.DomainName)?.warnings ?? []
  const store = { truststoreUri: TruststoreUri, truststoreVersion: TruststoreVersion }
  domains.set(domain.DomainName, { warnings, ...store })
}

function outputs(name: string, { Outputs = {}, ...template }: Template): Record<string, string> {
  const values = Object.entries(Outputs).map(
    ([key, { Value }]) => [key, resolve(Value, name, template)] as const,
  )
  return Object.fromEntries(values)
}

function resolve(value: unknown, name: string, template: Template): string {
  if (typeof value === 'string') return value
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] }
  if (Ref !== undefined) return domainOf(template, Ref)?.DomainName ?? physicalId(name, Ref)
  if (attribute === undefined) return 'joined'
  return attribute[1] === 'RegionalDomainName'
    ? `d-${attribute[0].toLowerCase()}.execute-api.eu-central-1.amazonaws.com`
    : `${attribute[0]}.${attribute[1]}`
}

const physicalId = (stack: string, id: string) => `${stack}-${id}`.toLowerCase()
const stackId = (name: string) => `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/${name}/1`

function result(action: string, body: string): Answer {
  return { body: `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>` }
}

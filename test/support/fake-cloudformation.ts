import { type Account, type Answer, Failure } from './fake-account.ts'

export interface Stack {
  status: string
  outputs: Record<string, string>
  /** Those of the last change, the newest first. */
  events: { id: string; resource: string; type: string; status: string; reason?: string }[]
  template: string
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { Type: string; Properties?: Readonly<Record<string, unknown>> }>
  >
  readonly Outputs?: Readonly<Record<string, { Value: unknown }>>
}

/** One action of CloudFormation, or of STS. */
export function cloudFormation(action: string, form: URLSearchParams, account: Account): Answer {
  const name = (form.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1')
  const stack = account.stacks.get(name)
  switch (action) {
    case 'GetCallerIdentity':
      return result(action, '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/test</Arn>')
    case 'ValidateTemplate':
      return result(action, '')
    case 'CreateStack':
      if (stack !== undefined)
        throw new Failure(400, 'AlreadyExistsException', `Stack [${name}] already exists`)
      return change(action, name, templateOf(form, account), account)
    case 'UpdateStack':
      return change(action, name, updated(name, stack, templateOf(form, account)), account)
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

function member(name: string, { id, resource, type, status, reason = '' }: Stack['events'][number]): string {
  const about = `<LogicalResourceId>${resource}</LogicalResourceId><ResourceType>${type}</ResourceType>`
  const what = `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>`
  return `<member><EventId>${id}</EventId><StackName>${name}</StackName>${about}${what}</member>`
}

function describe(name: string, { status, outputs }: Stack): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  return `<StackName>${name}</StackName><StackId>${stackId(name)}</StackId><StackStatus>${status}</StackStatus><CreationTime>2026-11-25T10:00:00Z</CreationTime><Outputs>${members.join('')}</Outputs>`
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
  if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status))
    throw invalid(`Stack:${stackId(name)} is in ${stack.status} state and can not be updated.`)
  if (stack.template === template) throw invalid('No updates are to be performed.')
  return template
}

/** Makes everything in the template, or nothing. */
function change(action: 'CreateStack' | 'UpdateStack', name: string, text: string, account: Account): Answer {
  const verb = action === 'CreateStack' ? 'CREATE' : 'UPDATE'
  const template = JSON.parse(text) as Template
  const before = account.stacks.get(name)
  const number = String(account.stacks.size) + String(before?.events.length ?? 0)
  const own = (status: string) => {
    return { id: `${number}-${status}`, resource: name, type: 'AWS::CloudFormation::Stack', status }
  }
  const begun = own(`${verb}_IN_PROGRESS`)
  const [failed] = Object.entries(template.Resources).flatMap(([resource, { Type }]) => {
    const reason = account.broken.get(resource) ?? withoutTruststore(template, resource, account)
    const event = { id: `${number}-failed`, resource, type: Type, status: `${verb}_FAILED` }
    return reason === undefined ? [] : [{ ...event, reason }]
  })
  if (failed !== undefined) {
    const status = verb === 'CREATE' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE'
    const events = [own(status), failed, begun]
    account.stacks.set(name, { outputs: {}, template: '', ...before, status, events })
  } else {
    for (const id of Object.keys(template.Resources)) make(name, template, id, account)
    const status = `${verb}_COMPLETE`
    const events = [own(status), begun]
    account.stacks.set(name, { status, outputs: outputs(name, template), events, template: text })
  }
  return result(action, `<StackId>${stackId(name)}</StackId>`)
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
const stackId = (name: string) => `arn:aws:cloudformation:eu-central-1:123456789012:stack/${name}/1`

function result(action: string, body: string): Answer {
  return { body: `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>` }
}

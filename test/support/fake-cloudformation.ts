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
    default:
      return read(action, name, stack, form)
  }
}

function read(action: string, name: string, stack: Stack | undefined, form: URLSearchParams): Answer {
  if (stack === undefined) throw new Failure(400, 'ValidationError', `Stack with id ${name} does not exist`)
  if (action === 'DescribeStacks')
    return result(action, `<Stacks><member>${describe(name, stack)}</member></Stacks>`)
  if (action === 'DescribeStackResource') {
    const id = form.get('LogicalResourceId') ?? ''
    return result(
      action,
      `<StackResourceDetail><PhysicalResourceId>${physicalId(name, id)}</PhysicalResourceId></StackResourceDetail>`,
    )
  }
  if (action === 'DescribeStackEvents') {
    const events = stack.events.map(({ id, resource, type, status, reason = '' }) => {
      const about = `<LogicalResourceId>${resource}</LogicalResourceId><ResourceType>${type}</ResourceType>`
      const what = `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>`
      return `<member><EventId>${id}</EventId><StackName>${name}</StackName>${about}${what}</member>`
    })
    return result(action, `<StackEvents>${events.join('')}</StackEvents>`)
  }
  if (action === 'ListStackResources') return result(action, '<StackResourceSummaries/>')
  throw new Failure(400, 'InvalidAction', `The fake account knows no ${action}`)
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
  const object = buckets
    .get(bucket)
    ?.objects.get(decodeURIComponent(key.join('/')))
    ?.at(-1)
  if (object === undefined) throw new Failure(400, 'ValidationError', `S3 error: no template at ${url}`)
  return object.body
}

function updated(name: string, stack: Stack | undefined, template: string): string {
  if (stack === undefined) throw new Failure(400, 'ValidationError', `Stack [${name}] does not exist`)
  if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) {
    throw new Failure(
      400,
      'ValidationError',
      `Stack:${stackId(name)} is in ${stack.status} state and can not be updated.`,
    )
  }
  if (stack.template === template)
    throw new Failure(400, 'ValidationError', 'No updates are to be performed.')
  return template
}

/** Makes everything in the template, or nothing. */
function change(action: 'CreateStack' | 'UpdateStack', name: string, text: string, account: Account): Answer {
  const verb = action === 'CreateStack' ? 'CREATE' : 'UPDATE'
  const template = JSON.parse(text) as Template
  const own = { resource: name, type: 'AWS::CloudFormation::Stack' }
  const before = account.stacks.get(name)
  const failure = Object.keys(template.Resources).flatMap((id) => {
    const reason = account.broken.get(id) ?? withoutTruststore(template, id, account)
    return reason === undefined ? [] : [{ id, reason }]
  })[0]
  const count = String(account.stacks.size) + String(before?.events.length ?? 0)
  const begun = { ...own, id: `${count}-begun`, status: `${verb}_IN_PROGRESS` }
  if (failure !== undefined) {
    const status = verb === 'CREATE' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE'
    const type = template.Resources[failure.id]?.Type ?? ''
    const failed = {
      id: `${count}-failed`,
      resource: failure.id,
      type,
      status: `${verb}_FAILED`,
      reason: failure.reason,
    }
    const events = [{ ...own, id: `${count}-back`, status }, failed, begun]
    account.stacks.set(name, { outputs: {}, template: '', ...before, status, events })
  } else {
    for (const id of Object.keys(template.Resources)) make(name, template, id, account)
    const events = [{ ...own, id: `${count}-done`, status: `${verb}_COMPLETE` }, begun]
    account.stacks.set(name, {
      status: `${verb}_COMPLETE`,
      outputs: outputs(name, template),
      events,
      template: text,
    })
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
    buckets.set(bucket, {
      versioned: Properties?.['VersioningConfiguration'] !== undefined,
      objects: new Map(),
    })
  }
  const domain = domainOf(template, id)
  if (domain === undefined) return
  const truststoreVersion = domain.MutualTlsAuthentication?.TruststoreVersion
  domains.set(domain.DomainName, {
    warnings: domains.get(domain.DomainName)?.warnings ?? [],
    truststoreVersion,
  })
}

function outputs(name: string, template: Template): Record<string, string> {
  const values = Object.entries(template.Outputs ?? {}).map(([key, { Value }]) => [
    key,
    resolve(Value, name, template),
  ])
  return Object.fromEntries(values) as Record<string, string>
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

import { ACCOUNT, type Account, type Answer, Failure } from './fake-account.ts'
import { type ChangeSet, changesBetween } from './fake-change-sets.ts'
import { change } from './fake-stack.ts'
import { parameterProblem, type Template } from './fake-template.ts'

export interface Stack {
  status: string
  /** States that it goes through first, one a look. */
  passing?: string[]
  outputs: Record<string, string>
  isProtected?: boolean
  /** The events of all operations, the newest first. */
  events: Event[]
  template: string
  parameters?: Readonly<Record<string, string>>
  /** The role that CloudFormation acts as. */
  role?: string | undefined
  tags?: Readonly<Record<string, string>>
  /** The names or numbers that its resources got when they were made, by logical id. */
  made?: Map<string, string>
}

export interface Event {
  id: string
  resource: string
  type: string
  status: string
  reason?: string
  physicalId?: string
}

/** One action of CloudFormation. */
export function cloudFormation(action: string, form: URLSearchParams, account: Account): Answer {
  const name = (form.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1')
  const stack = account.stacks.get(name)
  if (action === 'CreateChangeSet') return createChangeSet(name, form, account)
  if (action === 'DescribeStacks' && name === '') {
    const all = [...account.stacks].map(([each, state]) => `<member>${describe(each, state)}</member>`)
    return result(action, `<Stacks>${all.join('')}</Stacks>`)
  }
  if (stack === undefined) throw invalid(`Stack with id ${name} does not exist`)
  if (action.endsWith('ChangeSet')) return onChangeSet(action, name, form, account)
  switch (action) {
    case 'DescribeStacks':
      return result(action, `<Stacks><member>${describe(name, stack)}</member></Stacks>`)
    case 'DescribeStackEvents': {
      const events = stack.events.map((event) => member(name, event))
      return result(action, `<StackEvents>${events.join('')}</StackEvents>`)
    }
    case 'GetTemplate':
      return result(action, `<TemplateBody>${escaped(stack.template)}</TemplateBody>`)
    case 'DeleteStack':
      if (stack.isProtected === true)
        throw invalid(`Stack [${name}] cannot be deleted while TerminationProtection is enabled`)
      account.stacks.delete(name)
      return result(action, '')
    case 'UpdateTerminationProtection':
      stack.isProtected = form.get('EnableTerminationProtection') === 'true'
      return result(action, `<StackId>${stackId(name)}</StackId>`)
    default:
      throw new Failure(400, 'InvalidAction', `The fake account knows no ${action}`)
  }
}

const invalid = (message: string) => new Failure(400, 'ValidationError', message)
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

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

/** The most bytes of a template that is not in S3. */
const BODY_LIMIT = 51_200

function templateOf(form: URLSearchParams, { buckets }: Account): string {
  const url = form.get('TemplateURL')
  if (url === null) {
    const text = form.get('TemplateBody') ?? ''
    if (text.length > BODY_LIMIT)
      throw invalid(
        `Value at 'templateBody' failed to satisfy constraint: length less than or equal to ${BODY_LIMIT}`,
      )
    return text
  }
  const { hostname, pathname, searchParams } = new URL(url)
  const versions = buckets
    .get(hostname.split('.')[0] ?? '')
    ?.objects.get(decodeURIComponent(pathname.slice(1)))
  const wanted = searchParams.get('versionId')
  const object = versions?.find(({ version }) => version === wanted)
  if (object === undefined) throw invalid(`S3 error: The specified key does not exist. ${url}`)
  return object.body
}

const parametersOf = (form: URLSearchParams) => listOf(form, 'Parameters', 'ParameterKey', 'ParameterValue')
const tagsOf = (form: URLSearchParams) => listOf(form, 'Tags', 'Key', 'Value')

function listOf(form: URLSearchParams, list: string, key: string, value: string): Record<string, string> {
  const given: Record<string, string> = {}
  for (let i = 1; form.has(`${list}.member.${i}.${key}`); i++)
    given[form.get(`${list}.member.${i}.${key}`) ?? ''] = form.get(`${list}.member.${i}.${value}`) ?? ''
  return given
}

const UPDATABLE = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/

function createChangeSet(stack: string, form: URLSearchParams, account: Account): Answer {
  const [name, type] = [form.get('ChangeSetName') ?? '', form.get('ChangeSetType') as ChangeSet['type']]
  const state = account.stacks.get(stack)
  const status = state?.status ?? 'none'
  if (type === 'CREATE' && !['none', 'REVIEW_IN_PROGRESS'].includes(status))
    throw invalid(`Stack [${stack}] already exists and cannot be created again with the changeSet [${name}].`)
  if (type === 'UPDATE' && state === undefined) throw invalid(`Stack [${stack}] does not exist`)
  if (type === 'UPDATE' && !UPDATABLE.test(status))
    throw invalid(`Stack:${stackId(stack)} is in ${status} state and can not be updated.`)
  if (account.changeSets.has(name))
    throw new Failure(400, 'AlreadyExistsException', `ChangeSet ${name} cannot be created`)
  const template = templateOf(form, account)
  const parameters = parametersOf(form)
  const content = JSON.parse(template) as Template
  const problem = parameterProblem(content, parameters)
  if (problem !== undefined) throw invalid(problem)
  const isRole = Object.values(content.Resources).some(({ Type }) => Type === 'AWS::IAM::Role')
  if (isRole && ![...form.values()].includes('CAPABILITY_IAM'))
    throw new Failure(400, 'InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_IAM]')
  if (state === undefined)
    account.stacks.set(stack, { status: 'REVIEW_IN_PROGRESS', outputs: {}, events: [], template: '' })
  const changes = changesBetween(state, template, parameters)
  const stackEvents = state?.events.length ?? 0
  const options = { role: form.get('RoleARN') ?? undefined, tags: tagsOf(form) }
  account.changeSets.set(name, {
    stack,
    type,
    template,
    parameters,
    options,
    changes,
    stackEvents,
    pending: 1,
  })
  return result('CreateChangeSet', `<Id>${name}</Id><StackId>${stackId(stack)}</StackId>`)
}

function onChangeSet(action: string, stack: string, form: URLSearchParams, account: Account): Answer {
  const name = form.get('ChangeSetName') ?? ''
  const set = account.changeSets.get(name)
  if (set?.stack !== stack) throw new Failure(404, 'ChangeSetNotFound', `ChangeSet [${name}] does not exist`)
  if (action === 'DescribeChangeSet')
    return result(action, shownChangeSet(set, Number(form.get('NextToken') ?? 0), account))
  account.changeSets.delete(name)
  if (action === 'DeleteChangeSet') return result(action, '')
  const isCurrent = account.stacks.get(stack)?.events.length === set.stackEvents
  if (set.changes.length === 0 || set.pending > 0 || !isCurrent)
    throw new Failure(
      400,
      'InvalidChangeSetStatus',
      `ChangeSet [${name}] cannot be executed in its current status`,
    )
  change(set.type, stack, set, account)
  Object.assign(account.stacks.get(stack) ?? {}, set.options)
  return result(action, '')
}

/** CloudFormation pages the changes. */
const PAGE = 40
const NOTHING =
  "The submitted information didn't contain changes. Submit different information to create a change set."

function shownChangeSet(set: ChangeSet, from: number, { broken }: Account): string {
  if (set.pending > 0) {
    set.pending--
    return '<Status>CREATE_IN_PROGRESS</Status>'
  }
  const reason = broken.get('CHANGE_SET')
  if (reason !== undefined) return `<Status>FAILED</Status><StatusReason>${reason}</StatusReason>`
  if (set.changes.length === 0) return `<Status>FAILED</Status><StatusReason>${NOTHING}</StatusReason>`
  const members = set.changes.slice(from, from + PAGE).map((change) => {
    const inner = Object.entries(change).map(([key, value]) => `<${key}>${String(value)}</${key}>`)
    return `<member><Type>Resource</Type><ResourceChange>${inner.join('')}</ResourceChange></member>`
  })
  const next = from + PAGE < set.changes.length ? `<NextToken>${from + PAGE}</NextToken>` : ''
  return `<Status>CREATE_COMPLETE</Status><Changes>${members.join('')}</Changes>${next}`
}

export const stackId = (name: string) => `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/${name}/1`

function result(action: string, body: string): Answer {
  return { body: `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>` }
}

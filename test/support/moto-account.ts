import { isDeepStrictEqual } from 'node:util'
import { paginateListStackResources } from '@aws-sdk/client-cloudformation'
import type { TemplateResource } from '../../infra/aws/template/releases.ts'
import { type Account, type Answer, Failure } from './fake-account.ts'
import type { Answered, Sent } from './fake-aws.ts'
import { resolved, type Template, type Values } from './fake-template.ts'
import { valuesOf } from './fake-values.ts'
import { clientsOf, GAPS } from './moto-gaps.ts'

type Resources = Readonly<Record<string, TemplateResource>>

/** Answers calls with moto. The fake account does what moto lacks, and knows what moto has. */
export function answeredByMoto(endpoint: string): Answered {
  const moto = clientsOf(endpoint)
  /** The resources that moto's stacks have, and those that they get with a change set. */
  const had = new Map<string, Resources>()
  const planned = new Map<string, Resources>()
  /** The resources after which the calls of the table were made. */
  const completed = new Set<string>()

  async function plan(stack: string, { request, body }: Sent, account: Account): Promise<void> {
    const form = new URLSearchParams(body.toString())
    const name = form.get('ChangeSetName') ?? ''
    const { template, parameters } = account.changeSets.get(name) ?? { template: '{}', parameters: {} }
    const { Parameters, Resources } = JSON.parse(template) as Template
    const values = valuesOf(stack, { Resources }, parameters, new Map(), account)
    const part = { ...retainedIn(had.get(stack) ?? {}), ...partOf(Resources, values) }
    if (isDeepStrictEqual(part, had.get(stack))) return
    planned.set(name, part)
    form.delete('TemplateURL')
    form.set('TemplateBody', JSON.stringify({ Parameters, Resources: part }))
    await accepted({ request, body: Buffer.from(form.toString()) }, endpoint)
  }

  async function execute(stack: string, name: string, sent: Sent, account: Account): Promise<void> {
    const part = planned.get(name)
    if (part === undefined) return
    await accepted(sent, endpoint)
    had.set(stack, part)
    const client = moto.cloudFormation
    for await (const page of paginateListStackResources({ client }, { StackName: stack }))
      for (const { LogicalResourceId = '', PhysicalResourceId = '' } of page.StackResourceSummaries ?? [])
        account.named.set(`${stack}/${LogicalResourceId}`, PhysicalResourceId)
  }

  async function complete(stack: string, account: Account): Promise<void> {
    const { template = '{}', parameters = {}, made = new Map() } = account.stacks.get(stack) ?? {}
    const content = JSON.parse(template) as Template
    const values = valuesOf(stack, content, parameters, made, account)
    const calls = GAPS.flatMap(({ then = {} }) => Object.entries(then))
    for (const [type, call] of calls)
      for (const [id, { Type, Properties = {} }] of Object.entries(content.Resources)) {
        if (Type !== `AWS::${type}`) continue
        const about = { values: resolved(Properties, values) as never, name: values.ref(id) }
        await call({ ...about, isNew: !completed.has(`${stack}/${id}`) }, moto)
        completed.add(`${stack}/${id}`)
      }
  }

  return async (call, sent, account) => {
    const [action, about = ''] = call.name.split(' ')
    const changeSet = new URLSearchParams(sent.body.toString()).get('ChangeSetName') ?? ''
    if (GAPS.some(({ calls }) => calls?.test(call.name))) return call.answer(account)
    if (action === 'ExecuteChangeSet') await execute(about, changeSet, sent, account)
    if (action === 'DeleteChangeSet' && planned.delete(changeSet)) await accepted(sent, endpoint)
    const own = IN_BOTH.test(call.name) ? await call.answer(account) : undefined
    if (action === 'CreateChangeSet') await plan(about, sent, account)
    if (action === 'ExecuteChangeSet') await complete(about, account)
    if (action?.endsWith('ChangeSet') === true) return own ?? {}
    const answer = await forward(sent, endpoint)
    if (action === 'PUT') renameVersion(about, answer, account)
    return answer
  }
}

/** The calls after which the fake account has what moto has. */
const IN_BOTH = /^((Create|Execute|Delete)ChangeSet|DeleteStack|PUT|UpdateAlias|DeleteFunction)\b/

/** Gives the newest version of an object the name that moto has given it. */
function renameVersion(path: string, { headers = {} }: Answer, { buckets }: Account): void {
  const [, bucket = '', key = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? []
  const versions = buckets.get(bucket)?.objects.get(decodeURIComponent(key))
  const stored = versions?.pop()
  if (stored !== undefined) versions?.push({ ...stored, version: headers['x-amz-version-id'] ?? '' })
}

const isMade = (type: string) => !GAPS.some(({ types }) => types?.test(type.replace('AWS::', '')))

/** The resources that moto makes, with the values of those that it does not make. */
function partOf(all: Resources, values: Values): Resources {
  const made = Object.entries(all).filter(([, { Type }]) => isMade(Type))
  const ids = new Set(made.map(([id]) => id))
  return Object.fromEntries(
    made.map(([id, { Type, DeletionPolicy = '', Properties = {} }]) => {
      const own = {
        Type,
        ...(DeletionPolicy.startsWith('Retain') && { DeletionPolicy: 'Retain' }),
        Properties: withValues(Properties, values, (other) => !(other in all) || ids.has(other)),
      }
      return [id, own as TemplateResource] as const
    }),
  )
}

/** Puts values in place of the references to other resources. */
function withValues(value: unknown, values: Values, isKept: (id: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => withValues(each, values, isKept))
  if (typeof value !== 'object' || value === null) return value
  const { Ref, 'Fn::GetAtt': [id = '', name = ''] = [] } = value as { Ref?: string; 'Fn::GetAtt'?: string[] }
  if (Ref !== undefined) return isKept(Ref) ? value : values.ref(Ref)
  if (id !== '') return isKept(id) ? value : values.attribute(id, name)
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withValues(each, values, isKept)]),
  )
}

const retainedIn = (resources: Resources): Resources =>
  Object.fromEntries(
    Object.entries(resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain'),
  )

/** Headers that frame the answer of moto, not ours. */
const FRAMING = ['connection', 'content-length', 'date', 'server', 'transfer-encoding']

async function forward({ request, body }: Sent, endpoint: string): Promise<Answer> {
  const { method = 'GET', url = '/', headers: sent } = request
  const own = Object.entries(sent).filter(
    ([name]) => !['host', 'connection', 'content-length', 'expect'].includes(name),
  )
  const response = await fetch(endpoint + url, {
    method,
    headers: Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
    ...(body.length > 0 && { body }),
  })
  const headers = [...response.headers].filter(([name]) => !FRAMING.includes(name))
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: Buffer.from(await response.arrayBuffer()),
  }
}

/** @throws Failure if moto does not accept a call */
async function accepted(sent: Sent, endpoint: string): Promise<void> {
  const { status, body = '' } = await forward(sent, endpoint)
  if (status !== 200) throw new Failure(400, 'NotAcceptedByMoto', `${String(status)} ${body.toString()}`)
}

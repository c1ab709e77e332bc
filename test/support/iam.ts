import type { IncomingMessage } from 'node:http'
import type { Policy, Statement } from '../../infra/aws/policies/policies.ts'
import { ACCOUNT } from './fake-account.ts'

/** The question to IAM about a call. */
export interface Asked {
  readonly actions: readonly string[]
  readonly resource: string
  /** The partition keys of the items. */
  readonly keys?: readonly string[]
  /** The service that gets a role. */
  readonly service?: string
}

const OF = `eu-central-1:${ACCOUNT}`

/** Paths of Lambda's API, with the actions that they need. */
const LAMBDA: readonly (readonly [RegExp, string])[] = [
  [/\/account-settings/, 'GetAccountSettings'],
  [/\/versions$/, 'ListVersionsByFunction'],
  [/\/aliases$/, 'ListAliases'],
  [/\/urls$/, 'ListFunctionUrlConfigs'],
  [/\/policy$/, 'GetPolicy'],
  [/\/aliases\/[^/]+$/, 'GetAlias'],
  [/\/functions\/[^/]+$/, 'GetFunction'],
]
const LAMBDA_CHANGES: Readonly<Record<string, string>> = { PUT: 'UpdateAlias', DELETE: 'DeleteFunction' }

/**
 * The actions and resources of a call, in the words of the Service Authorization Reference.
 *
 * @throws Error for an unknown call
 */
export function askedOf(request: IncomingMessage, body: Buffer): readonly Asked[] {
  const asked = askedOfCall(request, body)
  if (asked === undefined) return []
  const form = new URLSearchParams(
    asked.actions[0]?.startsWith('cloudformation:') === true ? body.toString() : '',
  )
  const role = form.get('RoleARN')
  if (asked.actions[0] === 'dynamodb:RestoreTableToPointInTime')
    return [
      asked,
      { actions: FILLING, resource: tableArn((JSON.parse(body.toString()) as Item).TargetTableName) },
    ]
  if (role === null) return [asked]
  return [asked, { actions: ['iam:PassRole'], resource: role, service: 'cloudformation.amazonaws.com' }]
}

function askedOfCall(request: IncomingMessage, body: Buffer): Asked | undefined {
  const [, service = ''] = /\/([\w-]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? []
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://aws')
  const path = decodeURIComponent(pathname)
  const method = request.method ?? 'GET'
  const [, action = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
  switch (service) {
    case 'sts':
      // Nobody needs a right to ask who he is.
      return undefined
    case 'cloudformation':
      return ofCloudFormation(new URLSearchParams(body.toString()))
    case 'dynamodb':
      return ofDynamoDb(action, JSON.parse(body.toString()) as Item)
    case 'acm': {
      const { CertificateArn } = JSON.parse(body.toString()) as { CertificateArn: string }
      return { actions: [`acm:${action}`], resource: CertificateArn }
    }
    case 'apigateway':
      return ofGateway(method, path.replace(/^\/v2/, ''))
    case 'lambda':
      return ofLambda(method, path, searchParams.get('Qualifier'))
    case 's3':
      return ofS3(method, path, searchParams)
  }
  throw new Error(`which right does ${method} ${path} of ${service} need?`)
}

function ofCloudFormation(form: URLSearchParams): Asked {
  const [name, action] = [form.get('StackName'), form.get('Action') ?? '']
  const [, given = name] = /:stack\/([^/]+)\//.exec(name ?? '') ?? []
  const resource = given === null ? '*' : `arn:aws:cloudformation:${OF}:stack/${given}/1`
  const isAny = name === null || action === 'ValidateTemplate'
  return { actions: [`cloudformation:${action}`], resource: isAny ? '*' : resource }
}

/** Reading and writing, which DynamoDB requires for the table into which it restores (backuprestore_IAM.html). */
const FILLING = ['PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'Query', 'Scan', 'BatchWriteItem'].map(
  (name) => `dynamodb:${name}`,
)
const tableArn = (name = '') => `arn:aws:dynamodb:${OF}:table/${name}`

interface Item {
  readonly TableName?: string
  readonly SourceTableName?: string
  readonly TargetTableName?: string
  readonly Key?: Readonly<Record<string, { readonly S?: string }>>
  readonly Item?: Item['Key']
  readonly ExpressionAttributeValues?: Item['Key']
}

function ofDynamoDb(action: string, item: Item): Asked {
  const { TableName, SourceTableName, Key, Item, ExpressionAttributeValues } = item
  const key = Key?.['pk'] ?? Item?.['pk']
  const values = key === undefined ? Object.values(ExpressionAttributeValues ?? {}) : [key]
  const keys = values.flatMap(({ S }) => S ?? [])
  return { actions: [`dynamodb:${action}`], resource: tableArn(TableName ?? SourceTableName), keys }
}

/** A change of a domain with mutual TLS needs a right of its own, besides that of the method. */
function ofGateway(method: string, path: string): Asked {
  const more =
    method === 'PATCH' && path.startsWith('/domainnames/') ? ['apigateway:AddCertificateToDomain'] : []
  return { actions: [`apigateway:${method}`, ...more], resource: `arn:aws:apigateway:eu-central-1::${path}` }
}

function ofLambda(method: string, path: string, qualifier: string | null): Asked {
  const action = LAMBDA_CHANGES[method] ?? LAMBDA.find(([form]) => form.test(path))?.[1]
  if (action === undefined) throw new Error(`which right does ${method} ${path} need?`)
  if (action === 'GetAccountSettings') return { actions: [`lambda:${action}`], resource: '*' }
  const [, name = ''] = /\/functions\/([^/]+)/.exec(path) ?? []
  const resource = `arn:aws:lambda:${OF}:function:${name}${qualifier === null ? '' : `:${qualifier}`}`
  return { actions: [`lambda:${action}`], resource }
}

function ofS3(method: string, path: string, parameters: URLSearchParams): Asked {
  const isBucket = !/^\/[^/]+\/./.test(path)
  const resource = `arn:aws:s3:::${path.slice(1).replace(/\/$/, '')}`
  if (isBucket) return { actions: ['s3:ListBucket'], resource }
  const versioned = parameters.has('versionId') ? 'Version' : ''
  const action = { GET: `Get`, HEAD: 'Get', PUT: 'Put', DELETE: 'Delete' }[method]
  if (action === undefined) throw new Error(`which right does ${method} ${path} need?`)
  return { actions: [`s3:${action}Object${versioned}`], resource }
}

/** Which of the actions the policies do not allow. */
export function deniedBy(
  policies: readonly Policy[],
  { actions, resource, keys = [], service }: Asked,
): string[] {
  const all = policies.flatMap(({ Statement }) => Statement)
  const applies = (action: string) => (statement: Statement) =>
    statement.Action.some((each) => like(each, action)) &&
    statement.Resource.some((each) => like(each, resource)) &&
    holds(statement.Condition, keys, service)
  return actions.filter((action) => {
    const found = all.filter(applies(action))
    return found.length === 0 || found.some(({ Effect }) => Effect === 'Deny')
  })
}

/** @throws Error for a condition that it does not know */
function holds(
  condition: Statement['Condition'],
  keys: readonly string[],
  service: string | undefined,
): boolean {
  return Object.entries(condition ?? {}).every(([operator, members]) =>
    Object.entries(members).every(([key, wanted]) => {
      const values = [wanted].flat()
      if (operator === 'StringEquals' && key === 'iam:PassedToService') return values.includes(service ?? '')
      if (operator === 'StringEquals' && key === 'iam:AWSServiceName') return false
      if (operator === 'ForAnyValue:StringLike' && key === 'dynamodb:LeadingKeys')
        return keys.some((one) => values.some((pattern) => like(pattern, one)))
      throw new Error(`the condition ${operator} ${key} is not known`)
    }),
  )
}

function like(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Policy } from '../../infra/aws/policies/policies.ts'
import { listen } from '../../infra/connections/listen.ts'
import { ACCESS_KEY, type Account, type Answer, emptyAccount, Failure } from './fake-account.ts'
import { apiCall } from './fake-api.ts'
import { callerIdentity, certificate } from './fake-certificates.ts'
import { cloudFormation } from './fake-cloudformation.ts'
import { dynamoDb } from './fake-dynamodb.ts'
import { domainName, type DomainUpdate } from './fake-gateway.ts'
import { lambdaCall } from './fake-lambda.ts'
import { objectStore } from './fake-s3.ts'
import { askedOf, deniedBy } from './iam.ts'

export type FakeAws = Awaited<ReturnType<typeof startFakeAws>>

/**
 * An AWS account on loopback: the calls of a deployment to CloudFormation, S3, API Gateway, ACM, Lambda and STS. As on AWS, a
 * domain cannot be made before the object of its trust store exists at the named version, and not be changed without its
 * configuration, nor twice in 30 seconds.
 *
 * @param tables the URL of a DynamoDB, for an account with tables
 * @param answered answers a call in place of the account itself
 */
export async function startFakeAws(
  tables = '',
  answered: Answered = ({ answer }, _, account) => answer(account),
) {
  const account = emptyAccount()
  /** Every call, as `CreateStack certbound-prod` or `PUT /bucket/key`, but those to DynamoDB. */
  const calls: string[] = []
  /** The access keys that signed them. */
  const signers = new Set<string>()
  /** Failures of calls, by the beginning of the call. */
  const refused = new Map<string, Failure>()

  /** The rights of its caller. Without policies, the caller may do everything. */
  const rights: { policies?: readonly Policy[] } = {}
  /** Calls that the policies do not allow, with the action that is missing. */
  const denied: string[] = []

  function requireRights(request: IncomingMessage, body: Buffer, name: string): void {
    const { policies } = rights
    const asked = policies === undefined ? [] : askedOf(request, body)
    const [missing] = asked.flatMap((one) =>
      deniedBy(policies ?? [], one).map((action) => `${action} on ${one.resource}`),
    )
    if (missing === undefined) return
    denied.push(`${name}: ${missing}`)
    throw new Failure(403, 'AccessDenied', `not authorized to perform: ${missing}`)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    signers.add(signerOf(request))
    const call = readCall(request, body, tables)
    if (call.kind !== 'dynamodb') calls.push(call.name)
    try {
      const failure = [...refused].find(([name]) => call.name.startsWith(name))?.[1]
      if (failure !== undefined) throw failure
      requireRights(request, body, call.name)
      send(response, await answered(call, { request, body }, account))
    } catch (error) {
      if (!(error instanceof Failure)) {
        response.destroy()
        throw error
      }
      send(response, failed(error, call.kind))
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  const { port, close } = await listen(server)
  /** The environment of a process that uses this account. */
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
  }
  return { account, calls, signers, refused, rights, denied, environment, close }
}

function signerOf({ headers }: IncomingMessage): string {
  return /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? 'nobody'
}

/** A request, with its body. */
export interface Sent {
  readonly request: IncomingMessage
  readonly body: Buffer
}
export type Answered = (call: Call, sent: Sent, account: Account) => Answer | Promise<Answer>

export interface Call {
  readonly name: string
  readonly kind: 'query' | 'rest' | 's3' | 'dynamodb'
  readonly answer: (account: Account) => Answer | Promise<Answer>
}

function readCall(request: IncomingMessage, body: Buffer, tables: string): Call {
  const [, action] = /^DynamoDB.*\.(.+)$/.exec(String(request.headers['x-amz-target'])) ?? []
  if (action !== undefined)
    return { name: action, kind: 'dynamodb', answer: (account) => dynamoDb(request, body, account, tables) }
  const url = new URL(request.url ?? '/', 'http://aws')
  const method = request.method ?? 'GET'
  if (String(request.headers['x-amz-target']).startsWith('CertificateManager')) {
    const { CertificateArn: arn } = JSON.parse(body.toString()) as { readonly CertificateArn: string }
    return {
      name: `DescribeCertificate ${arn}`,
      kind: 'rest',
      answer: (account) => certificate(arn, account),
    }
  }
  if (url.pathname.includes('/account-settings')) {
    return { name: 'GetAccountSettings', kind: 'rest', answer: accountSettings }
  }
  if (url.pathname === '/account') {
    const answer = ({ throttle }: Account) => ({ body: JSON.stringify({ throttleSettings: throttle }) })
    return { name: 'GetAccount', kind: 'rest', answer }
  }
  if (url.pathname === '/' && method === 'POST') {
    const form = new URLSearchParams(body.toString())
    const action = form.get('Action') ?? ''
    if (action === 'GetCallerIdentity') {
      const signer = signerOf(request)
      return { name: action, kind: 'query', answer: (account) => callerIdentity(signer, account) }
    }
    const name = `${action} ${form.get('StackName') ?? ''}`.trim()
    return { name, kind: 'query', answer: (account) => cloudFormation(action, form, account) }
  }
  const [, domain] = /^\/v2\/domainnames\/([^/]+)$/.exec(url.pathname) ?? []
  if (domain !== undefined) {
    const update = method === 'PATCH' ? (JSON.parse(body.toString()) as DomainUpdate) : undefined
    const name = `${update === undefined ? 'GetDomainName' : 'UpdateDomainName'} ${domain}`
    return { name, kind: 'rest', answer: (account) => domainName(domain, update, account) }
  }
  const rest = lambdaCall(method, url, body) ?? apiCall(method, url)
  if (rest !== undefined) return { kind: 'rest', ...rest }
  const s3 = { method, url, headers: request.headers, body }
  return { name: `${method} ${url.pathname}`, kind: 's3', answer: (account) => objectStore(s3, account) }
}

function accountSettings({ concurrency }: Account): Answer {
  const AccountLimit = { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: concurrency }
  return { body: JSON.stringify({ AccountLimit }) }
}

function failed({ status, code, message }: Failure, kind: Call['kind']): Answer {
  if (kind === 'rest' || kind === 'dynamodb')
    return { status, headers: { 'x-amzn-errortype': code }, body: JSON.stringify({ message }) }
  const error = `<Code>${code}</Code><Message>${message}</Message>`
  const body =
    kind === 's3'
      ? `<Error>${error}</Error>`
      : `<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`
  return { status, body }
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Answer): void {
  response.writeHead(status, { 'x-amzn-requestid': 'request', ...headers })
  response.end(body)
}

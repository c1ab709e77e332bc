import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Account, type Answer, Failure } from './fake-account.ts'
import { cloudFormation } from './fake-cloudformation.ts'
import { objectStore } from './fake-s3.ts'

export interface FakeAws {
  readonly account: Account
  readonly endpoint: string
  /** Every call, as `CreateStack certbound-prod` or `PUT /bucket/key`. */
  readonly calls: string[]
  /** Failures of calls, by the beginning of the call. */
  readonly refused: Map<string, Failure>
  /** The environment of a process that uses this account. */
  readonly environment: NodeJS.ProcessEnv
  readonly close: () => Promise<void>
}

/**
 * An AWS account on loopback: the calls of a deployment to CloudFormation, S3, API Gateway, Lambda and STS. As on AWS, a
 * domain cannot be made before the object of its trust store exists at the named version.
 *
 * @param tables the URL of a DynamoDB, for an account with tables
 */
export async function startFakeAws(tables?: string): Promise<FakeAws> {
  const account: Account = { stacks: new Map(), buckets: new Map(), domains: new Map(), broken: new Map() }
  const calls: string[] = []
  const refused = new Map<string, Failure>()
  const server = createServer((request, response) => {
    void answer(request, response)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (String(request.headers['x-amz-target']).startsWith('DynamoDB')) {
      send(response, await forward(request, body, tables))
      return
    }
    const call = readCall(request, body)
    calls.push(call.name)
    try {
      const failure = [...refused].find(([name]) => call.name.startsWith(name))?.[1]
      if (failure !== undefined) throw failure
      send(response, call.answer(account))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      send(response, failed(error, call.kind))
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    SLS_AWS_MONITORING_FREQUENCY: '1',
  }
  return {
    account,
    endpoint,
    calls,
    refused,
    environment,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function forward({ headers }: IncomingMessage, body: Buffer, tables = ''): Promise<Answer> {
  const {
    'content-type': type = '',
    'x-amz-target': target,
    'x-amz-date': date,
    authorization = '',
  } = headers
  const sent = {
    'content-type': type,
    'x-amz-target': String(target),
    'x-amz-date': String(date),
    authorization,
  }
  const response = await fetch(tables, { method: 'POST', headers: sent, body: body.toString() })
  return { status: response.status, headers: { 'content-type': type }, body: await response.text() }
}

interface Call {
  readonly name: string
  readonly kind: 'query' | 'rest' | 's3'
  readonly answer: (account: Account) => Answer
}

function readCall(request: IncomingMessage, body: Buffer): Call {
  const url = new URL(request.url ?? '/', 'http://aws')
  const method = request.method ?? 'GET'
  if (url.pathname === '/' && method === 'POST') {
    const form = new URLSearchParams(body.toString())
    const action = form.get('Action') ?? ''
    const name = `${action} ${form.get('StackName') ?? ''}`.trim()
    return { name, kind: 'query', answer: (account) => cloudFormation(action, form, account) }
  }
  if (url.pathname.startsWith('/v2/domainnames/')) {
    const domain = decodeURIComponent(url.pathname.slice('/v2/domainnames/'.length))
    const update = method === 'PATCH' ? (JSON.parse(body.toString()) as DomainUpdate) : undefined
    const name = `${update === undefined ? 'GetDomainName' : 'UpdateDomainName'} ${domain}`
    return { name, kind: 'rest', answer: (account) => domainName(domain, update, account) }
  }
  if (url.pathname.startsWith(FUNCTIONS)) {
    const name = url.pathname.slice(FUNCTIONS.length)
    return { name: `GetFunction ${name}`, kind: 'rest', answer: (account) => lambda(name, account) }
  }
  const name = `${method} ${url.pathname}`
  return {
    name,
    kind: 's3',
    answer: (account) => objectStore({ method, url, headers: request.headers, body }, account),
  }
}

const FUNCTIONS = '/2015-03-31/functions/'

function lambda(name: string, { stacks }: Account): Answer {
  const isThere = [...stacks.values()].some(({ template }) => template.includes(`"FunctionName":"${name}"`))
  if (!isThere) throw new Failure(404, 'ResourceNotFoundException', `Function not found: ${name}`)
  return {
    body: JSON.stringify({
      Configuration: { FunctionName: name, LastModified: '2026-11-26T10:00:00.000+0000' },
    }),
  }
}

interface DomainUpdate {
  readonly mutualTlsAuthentication?: { readonly truststoreVersion?: string }
}

function domainName(name: string, update: DomainUpdate | undefined, { domains }: Account): Answer {
  const domain = domains.get(name)
  if (domain === undefined)
    throw new Failure(404, 'NotFoundException', 'Invalid domain name identifier specified')
  const wanted = update?.mutualTlsAuthentication?.truststoreVersion
  if (wanted !== undefined) domain.truststoreVersion = wanted
  const { truststoreVersion, warnings: truststoreWarnings } = domain
  const mutualTlsAuthentication =
    truststoreVersion === undefined
      ? {}
      : { mutualTlsAuthentication: { truststoreVersion, truststoreWarnings } }
  const domainNameConfigurations = [{ domainNameStatus: 'AVAILABLE' }]
  return { body: JSON.stringify({ domainName: name, domainNameConfigurations, ...mutualTlsAuthentication }) }
}

function failed({ status, code, message }: Failure, kind: Call['kind']): Answer {
  if (kind === 'rest')
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

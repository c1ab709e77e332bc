import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { POLICIES } from '../../../../infra/aws/policies/policies.ts'
import { type Aws, openAws } from '../../../../infra/aws/deployment/aws.ts'
import type { Account, Check } from '../../../../infra/aws/doctor/check.ts'
import { inspect } from '../../../../infra/aws/doctor/checks.ts'
import { listen, type Listening } from '../../../../infra/connections/listen.ts'
import { askedOf } from '../../../support/iam.ts'

/**
 * A fake AWS for the tests of a file. It maps calls to answers: an object is JSON, a text is a version of an object, a number is the status of an error. Other calls get the answer of `*`, or 404.
 */
export function answeringAws() {
  const answers = new Map<string, object | string | number>()
  /** The calls, for example `GET /v2/apis`, `HEAD /bucket/key`, `GET /path QUALIFIER` or `DescribeTimeToLive TABLE`. */
  const calls: string[] = []
  /** The rights that the calls need. */
  const actions = new Set<string>()
  const server = createServer((request, response) => {
    void nameOf(request, actions).then((name) => {
      calls.push(name)
      const answer = answers.get(name) ?? answers.get('*') ?? 404
      if (typeof answer === 'number') {
        const type = answer === 404 ? 'ResourceNotFoundException' : 'AccessDeniedException'
        response.writeHead(answer, { 'x-amzn-errortype': type }).end(JSON.stringify({ message: name }))
      } else if (typeof answer === 'string') response.setHeader('x-amz-version-id', answer).end()
      else response.end(JSON.stringify(answer))
    })
  })
  const opened: { endpoint?: string; aws?: Aws; close?: Listening['close'] } = {}
  beforeAll(async () => {
    const { port, close } = await listen(server)
    const endpoint = `http://127.0.0.1:${port}`
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    Object.assign(opened, { endpoint, close, aws: openAws('eu-central-1') })
  })
  afterAll(async () => {
    opened.aws?.close()
    await opened.close?.()
    const allowed = POLICIES.read.Statement.flatMap(({ Effect, Action }) =>
      Effect === 'Allow' ? Action : [],
    )
    expect([...actions].filter((action) => !allowed.includes(action))).toEqual([])
  })
  const account = () => accountOf(opened.aws)

  /**
   * Runs a check with each of its calls denied.
   *
   * @param isTried chooses among calls that are alike
   * @returns the calls without which it still has an ok finding
   */
  async function okWhenDenied(
    check: Check<Account>,
    isTried: (call: string) => boolean = () => true,
  ): Promise<string[]> {
    const before = calls.length
    await inspect(account(), [check])
    const made = [...new Set(calls.slice(before))].filter((call) => call !== 'GET /jwks' && isTried(call))
    if (made.length === 0) throw new Error(`${check.name} makes no call`)
    const ignored: string[] = []
    for (const call of made) {
      const answer = answers.get(call)
      answers.set(call, 403)
      const [report] = await inspect(account(), [check])
      if (report?.findings.some(({ status }) => status === 'ok') !== false) ignored.push(call)
      if (answer === undefined) answers.delete(call)
      else answers.set(call, answer)
    }
    return ignored
  }
  return { answers, endpoint: () => opened.endpoint ?? '', account, okWhenDenied }
}

async function nameOf(request: IncomingMessage, actions: Set<string>): Promise<string> {
  const body = await text(request)
  // Others are requests to the deployment itself.
  const asked = request.headers.authorization === undefined ? [] : askedOf(request, Buffer.from(body))
  for (const action of asked.flatMap((one) => one.actions)) actions.add(action)
  const target = request.headers['x-amz-target']
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://aws')
  if (target === undefined)
    return `${request.method ?? ''} ${pathname} ${searchParams.get('Qualifier') ?? ''}`.trim()
  return `${String(target).split('.')[1] ?? ''} ${(JSON.parse(body) as { TableName: string }).TableName}`
}

/** The deployment of these tests. */
function accountOf(aws: Aws | undefined) {
  if (aws === undefined) throw new Error('AWS is not open')
  const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1'
  return {
    aws,
    settings: {
      stage: 'prod',
      mtlsDomain: { name: 'mtls.example.com', certificateArn },
      plainDomain: { name: 'api.example.com', certificateArn },
      resourceServers: [{ mtlsDomain: 'accounts.example.com', apiId: 'c3d4' }],
    },
    stack: {
      id: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/certbound-prod/1',
      outputs: new Map([['HttpApiId', 'a1b2']]),
    },
    tables: ['registry', 'grants'],
  }
}

import { randomUUID } from 'node:crypto'
import type { LambdaResult } from '../../shared/lambda/serve.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import type { Seeded } from '../emulator/site/seed.ts'
import { basic } from './cases.ts'
import { eventOf } from './events.ts'
import { TOKENS_OF_SUBJECT } from './fill.ts'

export interface GrowthCase {
  readonly name: string
  /** Whether it reads what grows. */
  readonly isSlow?: boolean
  /** Done before each call, outside of the measured time. */
  readonly prepare?: () => Promise<void>
  readonly call: () => Promise<unknown>
}

/** The calls that list or revoke tokens, and those that list clients. */
export function managementCases(runtime: Runtime, seeded: Seeded, certificate: string): GrowthCase[] {
  const { serviceId, serviceApiKey, serviceApiSecret, clients } = seeded
  const [, { clientId }] = clients
  const handlers = deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId } })
  const authorization = basic(serviceApiKey, serviceApiSecret)
  const send = async (path: string, sent: { query?: string; body?: object }, expected: string) => {
    const { query, body } = sent
    const method = body === undefined ? 'GET' : 'POST'
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await handlers.get(path)?.(eventOf(path, { method, authorization, query, ...text }))
    const { statusCode, body: answered } = answer as LambdaResult
    if (!answered.includes(expected)) throw new Error(`${path} answered ${statusCode}: ${answered}`)
  }
  const listed = (query: string) => () => send('/api/auth/token/get/list', { query }, '"totalCount"')
  let subject = ''
  const issue = () => createToken(send, clientId, subject, certificate)
  return [
    {
      name: 'list, tokens of a subject at the client',
      call: listed(`clientIdentifier=${clientId}&subject=subject-1`),
    },
    {
      name: `revocation, a subject with ${TOKENS_OF_SUBJECT} tokens at the client`,
      prepare: async () => {
        subject = randomUUID()
        for (let i = 0; i < TOKENS_OF_SUBJECT; i++) await issue()
      },
      call: () =>
        send(
          '/api/auth/token/revoke',
          { body: { clientIdentifier: clientId, subject } },
          `"count":${TOKENS_OF_SUBJECT}`,
        ),
    },
    { name: 'list, tokens of the client', isSlow: true, call: listed(`clientIdentifier=${clientId}`) },
    { name: 'list, tokens of a subject at all clients', isSlow: true, call: listed('subject=subject-1') },
    {
      name: 'list, clients by number',
      isSlow: true,
      call: () => send('/api/client/get/list', { query: 'start=0&end=5' }, '"clients"'),
    },
  ]
}

type Send = (path: string, sent: { body: object }, expected: string) => Promise<void>

function createToken(
  send: Send,
  clientId: string,
  subject: string,
  clientCertificate: string,
): Promise<void> {
  const order = { grantType: 'AUTHORIZATION_CODE', clientId, subject, clientCertificate }
  return send('/api/auth/token/create', { body: order }, '"action":"OK"')
}

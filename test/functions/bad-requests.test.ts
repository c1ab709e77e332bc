import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { refusalRows } from '../../shared/refusal/refusal.ts'
import { HTTP_STATUS } from '../../shared/web-api.ts'
import { bodyOf, type Entry, type Face, pathOf, requests } from '../support/bad-requests.ts'
import { eventFor, type Format, FORMATS, type Received, type Sent } from '../support/gateway.ts'
import { formsOf, makeValues, sentOn, type Values } from '../support/filled-requests.ts'
import {
  ACCESS_TOKENS,
  type AccessTokens,
  type VectorService,
  vectorService,
} from '../support/vector-service.ts'
import { presented } from '../support/vectors.ts'

const JSON_TYPE = 'application/json'

interface Answered {
  readonly entry: Entry
  readonly face: Face
  readonly values: Values
  readonly received: Received
  /** `responseContent` of the Web API, or the body of the OAuth face. */
  readonly content: Readonly<Record<string, unknown>>
  /** The answer to the step that `before` names. */
  readonly earlier: Received | undefined
  readonly service: VectorService
}

const running = requests.flatMap((entry) => formsOf(entry))

describe.each(ACCESS_TOKENS)('%s access tokens', async (accessTokens) => {
  const service = await vectorService(accessTokens)
  afterEach(() => service.runtime.tables.removeGrants())
  afterAll(() => service.close())

  for (const [index, { entry, form }] of running.entries()) {
    if (!runsWith(accessTokens, entry)) continue
    const state = stateCheck(entry)
    for (const face of entry.faces) {
      const format = formatOf(index, face)
      test(`${entry.id} (${face}, ${format})${form}`, async () => {
        const answered = await judged(service, entry, face, format)
        await state?.(answered)
      })
    }
  }
})

/**
 * The formats of events take turns, and the faces of an entry have different ones. Only `shared/gateway/event.ts` knows formats, and
 * its tests compare them.
 */
function formatOf(index: number, face: Face): Format {
  return FORMATS[(index + (face === 'oauth' ? 0 : 1)) % 2] ?? FORMATS[0]
}

/** Sends the request of an entry and holds its answer, its line in the log and the tables against what is expected. */
async function judged(service: VectorService, entry: Entry, face: Face, format: Format): Promise<Answered> {
  const values = await makeValues(entry, service)
  const earlier = entry.before === undefined ? undefined : await takeStep(entry.before, values, service)
  const stored = mayChange(entry) ? undefined : await service.runtime.tables.everything()
  const sent = sentOn(face, entry, values, service)
  service.runtime.lines.length = 0
  const received = await service.send(sent, format)
  const lines = [...service.runtime.lines]
  const content = contentOf(received, face)
  const answered = { entry, face, values, received, content, earlier, service }

  expectAnswer(answered)
  expectLine(answered, requestIdOf(eventFor(sent, format)), lines)
  expectNoEcho(answered, sent, lines)
  if (stored !== undefined) expect(await service.runtime.tables.everything()).toEqual(stored)
  return answered
}

function expectAnswer({ entry, face, received, content }: Answered): void {
  const { status, error, body, www_authenticate } = entry.expect
  expect(received.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': JSON_TYPE })
  expect(content['error']).toBe(error)
  if (body !== undefined) expect(content).toEqual(body)
  if (face === 'webapi') {
    expect([received.status, received.json['action']]).toEqual([200, actionFor(entry)])
    if (pathOf(entry) === 'introspection' && typeof www_authenticate === 'string') {
      expect(received.json['responseContent']).toMatch(new RegExp(`^${www_authenticate}(?:,|$)`))
    }
  } else {
    expect(received.status).toBe(status)
    expect(received.headers['allow']).toBe(status === 405 ? 'POST' : undefined)
    const challenge = received.headers['www-authenticate']
    // `null` means: no such header.
    expect(challenge?.slice(0, www_authenticate?.length)).toBe(www_authenticate ?? undefined)
    // One body for every failed authentication and for every token that is not good (architecture, section 2).
    if (status === 401) expect(content).toEqual({ error })
    expect(content).not.toHaveProperty('error_uri')
  }
  // RFC 6749 section 5.2.
  expect(content['error_description'] ?? '').toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/)
}

function expectLine({ entry, face, received }: Answered, requestId: string, lines: readonly string[]): void {
  expect(lines).toHaveLength(1)
  const line = JSON.parse(lines[0] ?? '') as Record<string, string>
  const endpoint = `${face === 'webapi' ? '/auth' : ''}/${pathOf(entry)}`
  expect(line).toMatchObject({ requestId, endpoint })
  const outcome = line['outcome'] ?? ''
  expect(Object.hasOwn(HTTP_STATUS, outcome) ? HTTP_STATUS[outcome as 'OK'] : outcome).toBe(
    entry.expect.status,
  )
  if (face === 'webapi') expect(outcome).toBe(received.json['action'])
  if (entry.expect.error === undefined) {
    expect(line).not.toHaveProperty('reason')
    return
  }
  const [resultCode] = refusalRows()[line['reason'] as keyof ReturnType<typeof refusalRows>]
  if (face === 'webapi') expect(received.json['resultCode']).toBe(resultCode)
}

/** Nothing that was sent, and no secret and no new token, comes back where it does not belong. */
function expectNoEcho({ entry, received, content, service }: Answered, sent: Sent, lines: string[]) {
  const headers = Object.values(sent.headers ?? {}).flat()
  const all = [String(sent.body), presented(entry.certificate) ?? '', ...headers].join(' ')
  // Tokens, codes and the lines of certificates, also where they are escaped.
  const long = all.replaceAll(/%[0-9A-F]{2}|\\n/g, ' ').match(/[\w+/-]{40,}/g) ?? []
  const credentials = headers.map((header) => header.replace(/^(?:basic|bearer) ?/i, ''))
  const form = new URLSearchParams(String(bodyOf(entry)))
  form.delete('grant_type')
  const values = entry.expect.error === undefined ? [] : [...form.values()]
  const hidden = [...service.secrets, ...long, ...credentials, ...values].filter(({ length }) => length >= 8)
  const answer = [received.text, ...Object.values(received.headers)].join(' ')
  expect(hidden.filter((text) => text !== JSON_TYPE && answer.includes(text))).toEqual([])

  const log = lines.join('')
  const tokens = [content['access_token'], content['refresh_token']].filter(
    (token) => typeof token === 'string',
  )
  expect([...hidden, ...tokens].filter((text) => log.includes(text))).toEqual([])
}

type Check = (answered: Answered) => Promise<void> | void

/** Checks of the state that must hold afterwards, by the words of the file. */
const STATES: Readonly<Record<string, Check>> = {
  'code stays redeemable': expectProperUse,
  'refresh token stays usable': expectProperUse,
  'refresh token stays usable with its certificate': expectProperUse,
  'the other client can still redeem it': expectProperUse,
  'the other client can still use it': expectProperUse,
  'token stays active': expectProperUse,
  'access and refresh token of the first use are inactive': expectFirstUseEnded,
  'token is inactive': expectAccessEnded,
  'access token is inactive': expectAccessEnded,
  'scope in the answer is "read"': ({ content }) => {
    expect(content['scope']).toBe('read')
  },
}
const CHANGES = new Set([
  'access and refresh token of the first use are inactive',
  'token is inactive',
  'access token is inactive',
])

function stateCheck({ id, expect: { state } }: Entry): Check | undefined {
  if (state === undefined) return undefined
  const check = Object.hasOwn(STATES, state) ? STATES[state] : undefined
  if (check === undefined) throw new Error(`${id}: no check for the state "${state}"`)
  return check
}

async function expectProperUse({ values, service }: Answered): Promise<void> {
  const uses = [...values.values()].flatMap(({ use }) => use ?? [])
  expect(uses).toHaveLength(1)
  for (const use of uses) expect(await service.send(use)).toMatchObject({ status: 200 })
}

async function expectFirstUseEnded({ earlier, service }: Answered): Promise<void> {
  await expectInactive([earlier?.json['access_token'], earlier?.json['refresh_token']], service)
}

/** Expects that the access token has ended, for either kind of presented token. */
async function expectAccessEnded({ values, service }: Answered): Promise<void> {
  const tokens = [...values.values()].map(({ text, access = text }) => access)
  expect(tokens).toHaveLength(1)
  await expectInactive(tokens, service)
}

async function expectInactive(tokens: readonly unknown[], service: VectorService): Promise<void> {
  for (const token of tokens) {
    expect(
      await service.call('/auth/introspection/standard', { parameters: `token=${String(token)}` }),
    ).toMatchObject({
      json: { action: 'OK', responseContent: '{"active":false}' },
    })
  }
}

async function takeStep(step: string, values: Values, service: VectorService): Promise<Received> {
  const sent = STEPS[step]?.(values, service)
  if (sent === undefined) throw new Error(`no step "${step}"`)
  const received = await service.send(sent)
  expect(received.status).toBe(200)
  return received
}

type Step = (values: Values, service: VectorService) => Sent | undefined

const STEPS: Readonly<Record<string, Step>> = {
  'redeem {code:ok} once': (values) => values.get('code:ok')?.use,
  'send assertion-ok with the same assertion first': (values, service) => {
    const entry = requests.find(({ id }) => id === 'assertion-ok')
    return entry && sentOn('oauth', entry, values, service)
  },
}

/** A request that is refused, and one that only asks, changes nothing. */
function mayChange({ control, endpoint, expect: { state } }: Entry): boolean {
  return (state !== undefined && CHANGES.has(state)) || (control === true && endpoint === 'token')
}

function actionFor(entry: Entry): string {
  const failed = pathOf(entry) === 'introspection' ? 'UNAUTHORIZED' : 'INVALID_CLIENT'
  const actions: Record<number, string> = { 200: 'OK', 400: 'BAD_REQUEST', 401: failed, 403: 'FORBIDDEN' }
  return actions[entry.expect.status] ?? 'none'
}

function contentOf({ json, text }: Received, face: Face): Answered['content'] {
  if (face === 'oauth') return json
  const content = json['responseContent'] ?? text
  if (typeof content !== 'string') return {}
  if (!content.startsWith('Bearer')) return JSON.parse(content) as Answered['content']
  const members = [...content.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value]) => [name, value])
  // With action OK it is a header that nobody sends (Authlete contract, section 2.8).
  return json['action'] === 'OK' ? {} : (Object.fromEntries(members) as Answered['content'])
}

/** Opaque, and once more as JWT where the request or what it leaves behind is about access tokens. */
function runsWith(accessTokens: AccessTokens, entry: Entry): boolean {
  const text = JSON.stringify([entry.headers, entry.body, entry.expect.state])
  if (text.includes('{jwt:')) return accessTokens === 'jwt'
  return accessTokens === 'opaque' || text.includes('{access:') || text.includes('access and refresh')
}

function requestIdOf(event: object): string {
  return (event as { requestContext: { requestId: string } }).requestContext.requestId
}

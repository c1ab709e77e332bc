import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import type { RefusalDetails } from '../../../shared/resource-server/request-refusal.ts'
import { keyServer } from '../../support/key-server.ts'
import { decision, HOLDER, signedTokens } from '../../support/signed-tokens.ts'

const server = await keyServer()
afterAll(server.close)

/** Two issuers whose keys have one `kid`, and one that introspects. */
const [bank, broker, cloud] = ['bank', 'broker', 'cloud'].map((name) =>
  signedTokens(`https://${name}.example.com`),
) as [ReturnType<typeof signedTokens>, ReturnType<typeof signedTokens>, ReturnType<typeof signedTokens>]
const endpoint = `${server.url}/introspect`
const online = {
  ...{ issuer: cloud.options.issuer, audience: cloud.options.audience },
  introspection: { endpoint, clientId: 'rs', clientSecret: 's' },
}
const brokerOptions = { ...broker.options, audience: 'https://broker-accounts.example.com' }
const details: RefusalDetails[] = []
const options = (issuers: readonly object[]) =>
  ({
    issuers,
    onRefusal: (_reason: string, each: RefusalDetails) => details.push(each),
  }) as ProtectedResourceOptions
const resource = protectedResource(options([bank.options, brokerOptions, online]))
const ofBroker = (changes: object = {}, ...more: object[]) =>
  broker.jwt({ aud: brokerOptions.audience, ...changes }, ...more)

beforeEach(() => {
  details.length = 0
  server.asked.length = 0
  server.answers.set('/introspect', { ...cloud.claims, active: true, token_type: 'Bearer' })
})

test('the token of each issuer passes with the audience of this issuer, and names it', async () => {
  expect(await decision(resource, bank.jwt())).toBe('allowed')
  expect(await decision(resource, ofBroker())).toBe('allowed')
  expect(await decision(resource, bank.jwt({ aud: brokerOptions.audience }))).toBe('401 audience-wrong')
  expect(await decision(resource, ofBroker({ aud: bank.options.audience }))).toBe('401 audience-wrong')
  const rawHeaders = ['authorization', `Bearer ${ofBroker()}`]
  expect(await resource([])({ rawHeaders, certificate: HOLDER.cert })).toMatchObject({
    token: { issuer: brokerOptions.issuer, subject: 's' },
  })
})

test('iss chooses the keys, and a kid that another issuer has does not', async () => {
  server.answers.set('/introspect', { active: false })
  for (const iss of [
    bank.options.issuer,
    cloud.options.issuer,
    'https://other.example.com',
    undefined,
    5,
    null,
    [bank.options.issuer],
    { toString: null },
  ])
    expect(await decision(resource, ofBroker({ iss }))).toMatch(
      /^401 (signature-wrong|issuer-wrong|token-inactive)$/,
    )
  const kids = protectedResource(
    options([
      { ...bank.options, jwks: { keys: [{ ...bank.jwk, kid: 'bank' }] } },
      { ...brokerOptions, jwks: { keys: [{ ...broker.jwk, kid: 'broker' }] } },
    ]),
  )
  expect(await decision(kids, ofBroker({}, { kid: 'broker' }))).toBe('allowed')
  const stolen = { iss: bank.options.issuer, aud: bank.options.audience }
  expect(await decision(kids, ofBroker(stolen, { kid: 'broker' }))).toBe('401 key-unknown')
  expect(await decision(kids, ofBroker(stolen, { kid: 'bank' }))).toBe('401 signature-wrong')
})

test('an issuer that is not named is refused without a request, and its name is not repeated', async () => {
  expect(await decision(resource, bank.jwt({ iss: 'https://evil.example.com' }))).toBe('401 issuer-wrong')
  expect(server.asked).toEqual([])
  expect(details).toEqual([
    { expected: 'https://bank.example.com https://broker.example.com https://cloud.example.com' },
  ])
})

test('an opaque token is one of the only issuer that introspects, and so is a JWT with its iss', async () => {
  expect(await decision(resource, 'opaque')).toBe('allowed')
  expect(await decision(resource, cloud.jwt())).toBe('allowed')
  expect(server.asked).toHaveLength(2)
  server.answers.set('/introspect', { ...bank.claims, active: true, token_type: 'Bearer' })
  expect(await decision(resource, 'opaque')).toBe('401 issuer-wrong')
})

test('without an issuer that introspects, or with two, an opaque token is refused without a request', async () => {
  const other = { ...online, issuer: 'https://other.example.com' }
  for (const issuers of [
    [bank.options, brokerOptions],
    [bank.options, online, other],
  ]) {
    const each = protectedResource(options(issuers))
    expect(await decision(each, 'opaque')).toBe('401 token-opaque')
    expect(await decision(each, 'a.b.c')).toBe('401 token-malformed')
  }
  expect(server.asked).toEqual([])
})

test.each<[string, readonly object[], string]>([
  ['no issuer', [], 'issuers must have an entry'],
  ['an issuer that is named twice', [bank.options, { ...online, issuer: bank.options.issuer }], 'different'],
  [
    'an issuer without an audience',
    [bank.options, { ...brokerOptions, audience: '' }],
    'issuers.audience must be',
  ],
  ['an issuer with two ways', [{ ...bank.options, metadata: 'openid-configuration' }], 'exactly one of'],
  ['a profile of introspected tokens', [{ ...online, profile: 'jwt' }], 'verified offline'],
])('protectedResource throws a TypeError for %s', (_what, issuers, message) => {
  const open = () => protectedResource(options(issuers))
  expect(open).toThrow(TypeError)
  expect(open).toThrow(message)
})

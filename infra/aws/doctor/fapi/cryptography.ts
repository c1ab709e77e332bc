import { createPublicKey } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { publicKeyOfJwk } from '../../../../shared/certificate/jwk-set.ts'
import { isWeakKey, keyStrength } from '../../../../shared/certificate/public-key.ts'
import { ask, jsonOf } from '../ask.ts'
import {
  ALGORITHMS,
  type Clause,
  clause,
  type Json,
  namesIn,
  notAsked,
  outcome,
  type Profiled,
  summaryOf,
} from './clause.ts'
import { ASSERTION_TYPE, postAsNobody, withToken } from './requests.ts'

const NEEDS_TOKEN = 'name a client that gets tokens by client_credentials'
/** 22 characters of base64url have more than 128 bits. */
const CHARACTERS = 22

async function publishedKeys(subject: Profiled): Promise<readonly Json[]> {
  const keys = jsonOf(await ask(subject, `${subject.plainUrl}/jwks`))?.['keys']
  return Array.isArray(keys) ? (keys as readonly Json[]) : []
}

/** Sections 5.4.1 to 5.4.3. */
export const CRYPTOGRAPHY: readonly Clause[] = [
  clause(
    '5.4.1-1.1',
    'JWTs follow RFC 8725: a type of their own, one algorithm for a key',
    async (subject) => {
      const header = await headerOfToken(subject)
      if (header === undefined) return notAsked(NEEDS_TOKEN)
      if (header === 'opaque') return outcome(true, 'a new token', 'opaque, so no JWT')
      return outcome(header['typ'] === 'at+jwt', 'a new token', `a JWT with typ ${String(header['typ'])}`)
    },
  ),
  clause('5.4.1-1.2', 'JWTs are signed with PS256, ES256 or EdDSA', async (subject) => {
    const { metadata } = subject
    const accepted = namesIn(metadata, 'token_endpoint_auth_signing_alg_values_supported')
    const answers = namesIn(metadata, 'introspection_signing_alg_values_supported')
    const header = await headerOfToken(subject)
    const own = typeof header === 'object' ? [String(header['alg'])] : []
    const holds = [...accepted, ...answers, ...own].every((alg) => ALGORITHMS.includes(alg))
    const got = `assertions: ${accepted.join(', ')}; introspection: ${answers.join(', ')}; tokens: ${own.join('') || 'none'}`
    return outcome(holds, 'the metadata, and a new token', got)
  }),
  clause('5.4.1-1.3', 'the algorithm none is neither used nor accepted', async (subject) => {
    const clientId = subject.visitor?.clientId ?? 'doctor'
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const payload = { iss: clientId, sub: clientId, aud: subject.metadata['issuer'] }
    const form = {
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: `${encode({ alg: 'none' })}.${encode(payload)}.`,
      token: 'none',
    }
    const got = summaryOf(await postAsNobody(subject, '/introspection/standard', form))
    return outcome(got === '401 invalid_client', 'POST /introspection/standard, assertion unsigned', got)
  }),
  clause('5.4.1-2', 'RSA keys have 2048 bits or more', (subject) => keySizes(subject, 'RSA')),
  clause('5.4.1-3', 'elliptic-curve keys have 224 bits or more', (subject) => keySizes(subject, 'EC')),
  clause(
    '5.4.1-4',
    'tokens, codes and other credentials have 128 bits of entropy or more',
    async (subject) => {
      const tokens = await withToken(subject, async (one) => [
        one,
        await withToken(subject, (two) => Promise.resolve(two)),
      ])
      const [one = '', two = ''] = tokens ?? []
      if (one === '' || two === '') return notAsked(NEEDS_TOKEN)
      const length = Math.min(one.length, two.length)
      return outcome(length > CHARACTERS && one !== two, 'two new tokens', `different, ${length} characters`)
    },
  ),
  clause('5.4.2-1', 'the key set is served only over TLS', ({ metadata }) => {
    const uri = String(metadata['jwks_uri'])
    return outcome(uri.startsWith('https:'), 'the metadata', `jwks_uri ${uri}`)
  }),
  clause('5.4.2-2', 'headers of JWTs have no x5u and no jku', async (subject) => {
    const header = await headerOfToken(subject)
    if (header === undefined) return notAsked(NEEDS_TOKEN)
    const members = header === 'opaque' ? 'opaque, so no header' : Object.keys(header).join(', ')
    return outcome(!/\b(?:x5u|jku)\b/.test(members), 'a new token', members)
  }),
  clause('5.4.2-3', 'no two keys of a set have the same kid', async (subject) => {
    const kids = (await publishedKeys(subject)).map(({ kid }) => kid)
    const got = `${kids.length} keys, ${new Set(kids).size} different kid`
    return outcome(kids.length === new Set(kids).size, 'GET /jwks', got)
  }),
  clause('5.4.3', 'among keys with one kid the other members decide', () =>
    notAsked('it needs two keys of a client: test/clients/fapi2.test.ts shows it'),
  ),
]

/** `opaque` for a token that is no JWT; `undefined` if the client gets none. */
async function headerOfToken(subject: Profiled): Promise<Json | 'opaque' | undefined> {
  if (subject.client === undefined) return undefined
  return withToken(subject, (token) =>
    Promise.resolve(token.includes('.') ? (decodeProtectedHeader(token) as Json) : ('opaque' as const)),
  )
}

/** Of the service and of the clients that have the profile. Keys that are too weak are refused when they are used. */
async function keySizes(subject: Profiled, kty: string) {
  const own = (await publishedKeys(subject)).filter((jwk) => jwk['kty'] === kty)
  const weak = own.filter((jwk) => isWeakKey(keyStrength(createPublicKey({ key: jwk, format: 'jwk' }))))
  const clients = subject.clients.flatMap(({ jwks }) => jwks?.keys ?? []).filter((jwk) => jwk['kty'] === kty)
  const weakClients = clients.filter((jwk) => {
    const key = publicKeyOfJwk(jwk)
    return key !== undefined && isWeakKey(keyStrength(key))
  })
  const got = `${own.length} own keys, ${weak.length} weak; ${clients.length} of clients, ${weakClients.length} weak and refused`
  return outcome(weak.length === 0, 'GET /jwks, and the registry', got)
}

import { createPublicKey } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { publicKeyOfJwk } from '../../../../shared/certificate/jwk-set.ts'
import { isWeakKey, keyStrength } from '../../../../shared/certificate/public-key.ts'
import { ask, jsonOf, summaryOf } from '../ask.ts'
import {
  ALGORITHMS,
  type Clause,
  clause,
  type Json,
  metadataNames,
  skippedOutcome,
  outcome,
  type ProfileSubject,
} from './clause.ts'
import { ASSERTION_TYPE, postAsNobody, withToken } from './requests.ts'

const NEEDS_TOKEN = 'use --client-id with a client that can get tokens with client_credentials'
/** The number of base64url characters that contain more than 128 bits. */
const CHARACTERS = 22

async function publishedKeys(subject: ProfileSubject): Promise<readonly Json[]> {
  const keys = jsonOf(await ask(subject, `${subject.plainUrl}/jwks`))?.['keys']
  return Array.isArray(keys) ? (keys as readonly Json[]) : []
}

/** Sections 5.4.1 to 5.4.3. */
export const CRYPTOGRAPHY_CLAUSES: readonly Clause[] = [
  clause(
    '5.4.1-1.1',
    'JWTs follow RFC 8725: a specific type, and one algorithm for each key',
    async (subject) => {
      const header = await headerOfToken(subject)
      if (header === undefined) return skippedOutcome(NEEDS_TOKEN)
      if (header === 'opaque') return outcome(true, 'a new token', 'opaque, not a JWT')
      return outcome(header['typ'] === 'at+jwt', 'a new token', `a JWT with typ ${String(header['typ'])}`)
    },
  ),
  clause('5.4.1-1.2', 'JWTs are signed with PS256, ES256 or EdDSA', async (subject) => {
    const { metadata } = subject
    const accepted = metadataNames(metadata, 'token_endpoint_auth_signing_alg_values_supported')
    const answers = metadataNames(metadata, 'introspection_signing_alg_values_supported')
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
  clause('5.4.1-2', 'RSA keys have at least 2048 bits', (subject) => keySizes(subject, 'RSA')),
  clause('5.4.1-3', 'elliptic-curve keys have at least 224 bits', (subject) => keySizes(subject, 'EC')),
  clause(
    '5.4.1-4',
    'tokens, codes and other credentials have at least 128 bits of entropy',
    async (subject) => {
      const tokens = await withToken(subject, async (one) => [
        one,
        await withToken(subject, (two) => Promise.resolve(two)),
      ])
      const [one = '', two = ''] = tokens ?? []
      if (one === '' || two === '') return skippedOutcome(NEEDS_TOKEN)
      const length = Math.min(one.length, two.length)
      return outcome(length > CHARACTERS && one !== two, 'two new tokens', `different, ${length} characters`)
    },
  ),
  clause('5.4.2-1', 'the JWK Set is served only over TLS', ({ metadata }) => {
    const uri = String(metadata['jwks_uri'])
    return outcome(uri.startsWith('https:'), 'the metadata', `jwks_uri ${uri}`)
  }),
  clause('5.4.2-2', 'headers of JWTs contain neither x5u nor jku', async (subject) => {
    const header = await headerOfToken(subject)
    if (header === undefined) return skippedOutcome(NEEDS_TOKEN)
    const members = header === 'opaque' ? 'opaque, without a header' : Object.keys(header).join(', ')
    return outcome(!/\b(?:x5u|jku)\b/.test(members), 'a new token', members)
  }),
  clause('5.4.2-3', 'no two keys of a set have the same kid', async (subject) => {
    const kids = (await publishedKeys(subject)).map(({ kid }) => kid)
    const got = `${kids.length} keys, ${new Set(kids).size} different kid`
    return outcome(kids.length === new Set(kids).size, 'GET /jwks', got)
  }),
  clause('5.4.3', 'among keys with one kid the other members decide', () =>
    skippedOutcome('it requires two keys of a client; see test/clients/fapi2.test.ts'),
  ),
]

/** The header of a new token; `opaque` if it is not a JWT; `undefined` if the client cannot get a token. */
async function headerOfToken(subject: ProfileSubject): Promise<Json | 'opaque' | undefined> {
  if (subject.client === undefined) return undefined
  return withToken(subject, (token) =>
    Promise.resolve(token.includes('.') ? (decodeProtectedHeader(token) as Json) : ('opaque' as const)),
  )
}

/** Checks the keys of the service and of the clients with the profile. Keys that are too weak are refused when clients use them. */
async function keySizes(subject: ProfileSubject, kty: string) {
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

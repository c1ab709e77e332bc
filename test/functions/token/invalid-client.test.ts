import { expect, test } from 'vitest'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'
import { BASIC, basic, EVERY_METHOD, OTHER, OWN, POST, PUBLIC, TLS } from '../../support/walk.ts'

const walk = await testWalk({ clientIdAliasEnabled: true, ...EVERY_METHOD })
const { runtime } = walk

interface Asked {
  readonly parameters?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly certificate?: string | undefined
}
type Make = () => Asked | Promise<Asked>
type Settings = Parameters<typeof walk.addClient>[0]

/** A client with these settings and how it presents itself: by name, in the header, or in the form. */
const named =
  (settings: Settings, certificate?: string): Make =>
  async () => ({ parameters: { client_id: (await walk.addClient(settings)).id }, certificate })
const inHeader =
  (settings: Settings, secret?: string): Make =>
  async () => {
    const client = await walk.addClient(settings)
    return { headers: basic({ ...client, secret: secret ?? client.secret }) }
  }
const inForm =
  (settings: Settings, secret?: string, certificate?: string): Make =>
  async () => {
    const client = await walk.addClient(settings)
    return { parameters: { client_id: client.id, client_secret: secret ?? client.secret }, certificate }
  }
const byAssertion =
  (...claims: Record<string, unknown>[]) =>
  async (): Promise<Required<Pick<Asked, 'parameters'>>> => {
    const client = await walk.addClient(PRIVATE_KEY_JWT)
    return { parameters: { client_id: client.id, ...asserted(client, START, ...claims) } }
  }

const ofAliasThatIsOff: Make = async () => {
  await walk.addClient(PUBLIC, { clientIdAlias: 'off', clientIdAliasEnabled: false })
  return { parameters: { client_id: 'off' } }
}
const assertionUsedBefore: Make = async () => {
  const asked = await byAssertion()()
  const first = await walk.post('/token', { grant_type: 'client_credentials', ...asked.parameters })
  expect(first.status).toBe(200)
  return asked
}

const SELF_SIGNED = { ...TLS, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
const UNNAMED = { ...TLS, tlsClientAuthSubjectDn: undefined }
const EXPIRED = { ...TLS, tlsClientAuthSubjectDn: 'CN=expired.example.org,O=Client1' }
const WEAK = { ...TLS, tlsClientAuthSubjectDn: 'CN=weak.example.org,O=Client1' }

/** One way to fail client authentication each. */
const FAILURES: readonly (readonly [name: string, reason: Reason, make: Make])[] = [
  ['nobody is named', 'client-unidentified', () => ({})],
  ['the client is unknown', 'client-unknown', () => ({ parameters: { client_id: '1' } })],
  ['the client id is over-long', 'client-unknown', () => ({ parameters: { client_id: 'x'.repeat(257) } })],
  ['the client is locked', 'client-locked', inHeader({ ...BASIC, locked: true })],
  ['the alias is off', 'client-alias-disabled', ofAliasThatIsOff],
  ['the secret is wrong', 'client-secret-wrong', inHeader(BASIC, 'wrong')],
  ['the secret in the form is wrong', 'client-secret-wrong', inForm(POST, 'wrong')],
  ['a confidential client sends nothing', 'client-secret-missing', named(POST)],
  ['Basic comes where the form is registered', 'client-secret-missing', inHeader(POST)],
  ['the form comes where Basic is registered', 'client-secret-misplaced', inForm(BASIC)],
  ['a public client sends a secret', 'credentials-of-public', inForm(PUBLIC)],
  ['a public client sends Basic', 'credentials-of-public', inHeader(PUBLIC)],
  [
    'a confidential client has no method',
    'method-none-for-confidential',
    named({ ...BASIC, tokenAuthMethod: 'NONE' }),
  ],
  ['the header is a Bearer token', 'basic-malformed', () => ({ headers: { authorization: 'Bearer abc' } })],
  ['the header is broken', 'basic-malformed', () => ({ headers: { authorization: 'Basic abc' } })],
  ['there is no certificate', 'tls-certificate-missing', named(TLS)],
  ['the certificate is another', 'tls-subject-differs', named(TLS, OTHER)],
  ['the certificate is unreadable', 'tls-certificate-unreadable', named(TLS, spelling('truncated-der'))],
  [
    'the certificate is past its end',
    'tls-certificate-outside-dates',
    named(EXPIRED, certificatePem('expired')),
  ],
  ['a certificate and a secret come', 'method-not-registered', inForm(TLS, undefined, OWN)],
  ['no name is registered', 'tls-subject-unregistered', named(UNNAMED, OWN)],
  [
    'the SAN is another',
    'tls-san-dns-differs',
    named({ ...UNNAMED, tlsClientAuthSanDns: 'x.example.org' }, OWN),
  ],
  [
    'two names are registered',
    'tls-subject-ambiguous',
    named({ ...TLS, tlsClientAuthSanDns: 'client.example.org' }, OWN),
  ],
  ['the key is weak', 'tls-key-weak', named(WEAK, certificatePem('weak-rsa-1024'))],
  ['no certificate is registered', 'self-signed-unregistered', named(SELF_SIGNED, OWN)],
  [
    'another certificate is registered',
    'self-signed-differs',
    named({ ...SELF_SIGNED, jwks: { keys: [jwkOf('client-other')] } }, OWN),
  ],
  [
    'the keys cannot be had',
    'client-keys-unavailable',
    named({ ...SELF_SIGNED, jwksUri: 'https://127.0.0.1/jwks' }, OWN),
  ],
  ['the assertion is no JWT', 'assertion-malformed', () => ({ parameters: { client_assertion: 'abc.def' } })],
  [
    'the assertion is for somebody else',
    'assertion-audience-wrong',
    byAssertion({ aud: 'https://other.example.com' }),
  ],
  ['the assertion is past its end', 'assertion-time-wrong', byAssertion({ exp: START - 60 })],
  ['the assertion comes a second time', 'assertion-used', assertionUsedBefore],
]

test.each(FAILURES)('every invalid_client has the same answer: %s', async (_name, reason, make) => {
  const { parameters = {}, headers = {}, certificate } = await make()
  const asked = { grant_type: 'client_credentials', ...parameters }
  const answer = await walk.post('/token', asked, certificate, headers)
  expect(answer).toEqual({
    status: 401,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'www-authenticate': 'Basic realm="certbound"',
    },
    text: '{"error":"invalid_client"}',
    json: { error: 'invalid_client' },
  })
  // Only the log says why.
  expect(runtime.logged().at(-1)).toMatchObject({ outcome: 'INVALID_CLIENT', reason })
})

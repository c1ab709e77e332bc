import { describe, expect, test } from 'vitest'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'
import {
  BASIC,
  basic,
  OTHER,
  OWN,
  POST,
  PUBLIC,
  TLS,
  type TestClient,
  type Walk,
} from '../../support/walk.ts'

const walk = await testWalk({
  clientIdAliasEnabled: true,
  supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
})
const { runtime } = walk

interface Asked {
  readonly parameters?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly certificate?: string
}

const named = ({ id }: TestClient) => ({ client_id: id })
const withSecret = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret })

/** One way to fail client authentication each. */
const FAILURES: readonly (readonly [name: string, reason: Reason, make: () => Promise<Asked>])[] = [
  ['nobody is named', 'client-unidentified', () => Promise.resolve({})],
  ['the client is unknown', 'client-unknown', () => Promise.resolve({ parameters: { client_id: '1' } })],
  [
    'the client id is over-long',
    'client-unknown',
    () => Promise.resolve({ parameters: { client_id: 'x'.repeat(257) } }),
  ],
  [
    'the client is locked',
    'client-locked',
    async () => ({ headers: basic(await walk.addClient(BASIC, { locked: true })) }),
  ],
  [
    'the alias is off',
    'client-alias-disabled',
    async () => {
      await walk.addClient(PUBLIC, { clientIdAlias: 'off', clientIdAliasEnabled: false })
      return { parameters: { client_id: 'off' } }
    },
  ],
  [
    'the secret is wrong',
    'client-secret-wrong',
    async () => ({
      headers: basic({ ...(await walk.addClient(BASIC)), secret: 'wrong' }),
    }),
  ],
  [
    'the secret in the form is wrong',
    'client-secret-wrong',
    async () => ({
      parameters: withSecret({ ...(await walk.addClient(POST)), secret: 'wrong' }),
    }),
  ],
  [
    'a confidential client sends nothing',
    'client-secret-missing',
    async () => ({ parameters: named(await walk.addClient(POST)) }),
  ],
  [
    'Basic where the form is registered',
    'client-secret-missing',
    async () => ({ headers: basic(await walk.addClient(POST)) }),
  ],
  [
    'the form where Basic is registered',
    'client-secret-misplaced',
    async () => ({ parameters: withSecret(await walk.addClient(BASIC)) }),
  ],
  [
    'a secret from a public client',
    'credentials-of-public',
    async () => ({ parameters: withSecret(await walk.addClient(PUBLIC)) }),
  ],
  [
    'Basic from a public client',
    'credentials-of-public',
    async () => ({ headers: basic(await walk.addClient(PUBLIC)) }),
  ],
  [
    'a confidential client of no method',
    'method-none-for-confidential',
    async () => ({
      parameters: named(await walk.addClient({ ...BASIC, tokenAuthMethod: 'NONE' })),
    }),
  ],
  [
    'the header is a Bearer token',
    'basic-malformed',
    () => Promise.resolve({ headers: { authorization: 'Bearer abc' } }),
  ],
  [
    'the header is broken',
    'basic-malformed',
    () => Promise.resolve({ headers: { authorization: 'Basic abc' } }),
  ],
  [
    'no certificate',
    'tls-certificate-missing',
    async () => ({ parameters: named(await walk.addClient(TLS)) }),
  ],
  [
    'another certificate',
    'tls-subject-differs',
    async () => ({ parameters: named(await walk.addClient(TLS)), certificate: OTHER }),
  ],
  [
    'an unreadable certificate',
    'tls-certificate-unreadable',
    async () => ({
      parameters: named(await walk.addClient(TLS)),
      certificate: spelling('truncated-der'),
    }),
  ],
  [
    'a certificate past its end',
    'tls-certificate-outside-dates',
    async () => ({
      parameters: named(
        await walk.addClient(TLS, { tlsClientAuthSubjectDn: 'CN=expired.example.org,O=Client1' }),
      ),
      certificate: certificatePem('expired'),
    }),
  ],
  [
    'a certificate and a secret',
    'method-not-registered',
    async () => ({
      parameters: withSecret(await walk.addClient(TLS)),
      certificate: OWN,
    }),
  ],
  [
    'no name is registered',
    'tls-subject-unregistered',
    async () => ({
      parameters: named(await walk.addClient(TLS, { tlsClientAuthSubjectDn: undefined })),
      certificate: OWN,
    }),
  ],
]

const SELF_SIGNED = { ...TLS, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
const byCertificate = async (settings: Parameters<Walk['addClient']>[0], certificate = OWN) => ({
  parameters: named(await walk.addClient(settings)),
  certificate,
})
const byAssertion = async (...claims: Record<string, unknown>[]) => {
  const client = await walk.addClient(PRIVATE_KEY_JWT)
  return { parameters: { ...named(client), ...asserted(client, START, ...claims) } }
}

/** The same for methods of certificates and keys. */
const KEY_FAILURES: typeof FAILURES = [
  [
    'another SAN',
    'tls-san-dns-differs',
    () => byCertificate({ ...TLS, tlsClientAuthSubjectDn: undefined, tlsClientAuthSanDns: 'x.example.org' }),
  ],
  [
    'two registered names',
    'tls-subject-ambiguous',
    () => byCertificate({ ...TLS, tlsClientAuthSanDns: 'client.example.org' }),
  ],
  [
    'a weak key',
    'tls-key-weak',
    () =>
      byCertificate(
        { ...TLS, tlsClientAuthSubjectDn: 'CN=weak.example.org,O=Client1' },
        certificatePem('weak-rsa-1024'),
      ),
  ],
  ['no registered certificate', 'self-signed-unregistered', () => byCertificate(SELF_SIGNED)],
  [
    'another certificate than the registered one',
    'self-signed-differs',
    () => byCertificate({ ...SELF_SIGNED, jwks: { keys: [jwkOf('client-other')] } }),
  ],
  [
    'keys that cannot be had',
    'client-keys-unavailable',
    () => byCertificate({ ...SELF_SIGNED, jwksUri: 'https://127.0.0.1/jwks' }),
  ],
  ['no JWT', 'assertion-malformed', () => Promise.resolve({ parameters: { client_assertion: 'abc.def' } })],
  [
    'an assertion for somebody else',
    'assertion-audience-wrong',
    () => byAssertion({ aud: 'https://other.example.com' }),
  ],
  ['an assertion past its end', 'assertion-time-wrong', () => byAssertion({ exp: START - 60 })],
  [
    'an assertion a second time',
    'assertion-used',
    async () => {
      const asked = await byAssertion()
      const first = await walk.post('/token', { grant_type: 'client_credentials', ...asked.parameters })
      expect(first.status).toBe(200)
      return asked
    },
  ],
]

describe('every invalid_client of the OAuth face is one answer', () => {
  test.each([...FAILURES, ...KEY_FAILURES])('%s', async (_name, reason, make) => {
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
})

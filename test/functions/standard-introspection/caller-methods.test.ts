import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem } from '../../support/vectors.ts'
import {
  BASIC,
  basic,
  BOUND,
  OTHER,
  OWN,
  POST,
  type TestClient,
  TLS,
  EVERY_METHOD,
} from '../../support/walk.ts'

const walk = await testWalk(EVERY_METHOD)
const token = (await walk.granted(await walk.addClient(BASIC, BOUND), OWN)).access

const RSA = certificatePem('client-rsa-2048')
const SELF_SIGNED = certificatePem('self-signed-ec')

type Settings = typeof BASIC

const bySan = (san: Settings): Settings => ({ ...TLS, tlsClientAuthSubjectDn: undefined, ...san })

/** How a caller proves itself, right or wrong. */
interface Proof {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Record<string, string>
  readonly certificate?: string
}
type Proofs = (caller: TestClient) => { readonly right: Proof; readonly wrong: readonly Proof[] }

const byCertificate =
  (certificate: string): Proofs =>
  ({ id, secret }) => {
    const form = { client_id: id }
    const headers = basic({ id, secret } as TestClient)
    const withSecret = { form: { ...form, client_secret: secret } }
    return {
      right: { form, certificate },
      wrong: [{ form, certificate: OTHER }, { form }, withSecret, { headers }],
    }
  }

const STRANGER = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const METHODS: readonly (readonly [name: string, settings: Settings, proofs: Proofs])[] = [
  [
    'client_secret_basic',
    BASIC,
    (caller) => ({
      right: { headers: basic(caller) },
      wrong: [
        { headers: basic({ ...caller, secret: 'wrong' }) },
        { form: { client_id: caller.id, client_secret: caller.secret } },
        { form: { client_id: caller.id }, certificate: OWN },
      ],
    }),
  ],
  [
    'client_secret_post',
    POST,
    (caller) => ({
      right: { form: { client_id: caller.id, client_secret: caller.secret } },
      wrong: [
        { form: { client_id: caller.id, client_secret: 'wrong' } },
        { headers: basic(caller) },
        { form: { client_id: caller.id }, certificate: OWN },
      ],
    }),
  ],
  ['tls_client_auth by its subject', TLS, byCertificate(OWN)],
  ['tls_client_auth by a DNS name', bySan({ tlsClientAuthSanDns: 'alt.example.com' }), byCertificate(RSA)],
  [
    'tls_client_auth by a URI',
    bySan({ tlsClientAuthSanUri: 'spiffe://example.org/ns/prod/sa/rsa' }),
    byCertificate(RSA),
  ],
  ['tls_client_auth by an address', bySan({ tlsClientAuthSanIp: '192.0.2.10' }), byCertificate(RSA)],
  ['tls_client_auth by a mailbox', bySan({ tlsClientAuthSanEmail: 'ops@example.com' }), byCertificate(RSA)],
  [
    'self_signed_tls_client_auth',
    { ...TLS, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH', jwks: { keys: [jwkOf('self-signed-ec')] } },
    byCertificate(SELF_SIGNED),
  ],
  [
    'private_key_jwt',
    PRIVATE_KEY_JWT,
    (caller) => ({
      right: { form: asserted(caller, START) },
      wrong: [
        { form: asserted(caller, START, {}, STRANGER) },
        { form: asserted(caller, START, { aud: 'https://other.example.com' }) },
        { form: { client_id: caller.id }, certificate: OWN },
        { headers: basic(caller) },
      ],
    }),
  ],
]

const ask = ({ form, certificate, headers }: Proof): Promise<Received> =>
  walk.post('/introspection/standard', { token, ...form }, certificate, headers)

describe.each(METHODS)('a resource server by %s', (_method, settings, proofs) => {
  const callerFor = (audience: string) =>
    walk.addClient(settings, { grantTypes: [], resourceServerAudiences: [audience] })

  test('a resource server learns of a token that is meant for it', async () => {
    const { right } = proofs(await callerFor('https://as.example.com'))
    const { status, json } = await ask(right)
    expect([status, json['active']]).toEqual([200, true])
  })

  test('a resource server learns nothing of a token that is meant for another', async () => {
    const { right } = proofs(await callerFor('https://rs.example.com'))
    const { status, text } = await ask(right)
    expect([status, text]).toEqual([200, '{"active":false}'])
  })

  test('a resource server is refused with anything but its own proof, always in the same words', async () => {
    const { wrong } = proofs(await callerFor('*'))
    for (const proof of wrong) {
      const { status, text, headers } = await ask(proof)
      expect([status, text]).toEqual([401, '{"error":"invalid_client"}'])
      const tried = Object.keys(proof.headers ?? {}).includes('authorization')
      expect(headers['www-authenticate']).toBe(tried ? 'Basic realm="certbound"' : undefined)
    }
  })
})

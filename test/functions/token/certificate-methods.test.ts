import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { outcome, tokensOf } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem, certificates, load, presented } from '../../support/vectors.ts'
import { BOUND, OWN, RENEWED, TLS, type Walk, EVERY_METHOD } from '../../support/walk.ts'

const walk = await testWalk(EVERY_METHOD)

type Settings = Parameters<Walk['addClient']>[0]

const OK = 'OK A052001'
const invalid = (resultCode: string) => `INVALID_CLIENT ${resultCode} invalid_client`

/** The outcome of a token request of a client with these settings over a connection with this certificate. */
async function asked(settings: Settings, certificate: string | undefined): Promise<string> {
  return outcome(await walk.credentials(await walk.addClient(settings), certificate))
}

const SETTINGS = {
  tls_client_auth_subject_dn: ['tlsClientAuthSubjectDn', ['A157342', 'A157343', 'A158393']],
  tls_client_auth_san_dns: ['tlsClientAuthSanDns', ['A157346']],
  tls_client_auth_san_uri: ['tlsClientAuthSanUri', ['A157347']],
  tls_client_auth_san_ip: ['tlsClientAuthSanIp', ['A157348']],
  tls_client_auth_san_email: ['tlsClientAuthSanEmail', ['A157349']],
} as const
type Registered = keyof typeof SETTINGS

const UNREGISTERED: Settings = { ...TLS, tlsClientAuthSubjectDn: undefined }

interface Case {
  readonly name: string
  readonly registered: Registered
  readonly value: string
}

function casesOf(list: 'tls_client_auth_matches' | 'tls_client_auth_does_not_match'): Case[] {
  return certificates.flatMap(({ name, [list]: entries = [] }) =>
    entries.flatMap((entry) =>
      (Object.keys(SETTINGS) as Registered[]).flatMap((registered) => {
        const value = entry[registered]
        return value === undefined ? [] : [{ name, registered, value }]
      }),
    ),
  )
}

test.each(casesOf('tls_client_auth_matches'))('$name has the $registered $value', async (entry) => {
  const [setting] = SETTINGS[entry.registered]
  const settings = { ...UNREGISTERED, [setting]: entry.value }
  const expected = entry.name === 'expired' ? invalid('A157393') : OK
  expect(await asked(settings, certificatePem(entry.name))).toBe(expected)
})

test.each(casesOf('tls_client_auth_does_not_match'))(
  '$name does not have the $registered $value',
  async (entry) => {
    const [setting, codes] = SETTINGS[entry.registered]
    const settings = { ...UNREGISTERED, [setting]: entry.value }
    expect(codes.map(invalid)).toContain(await asked(settings, certificatePem(entry.name)))
  },
)

test('TLS_CLIENT_AUTH never takes a common name for a SAN', async () => {
  const settings = { ...UNREGISTERED, tlsClientAuthSanDns: 'serial.example.org' }
  expect(await asked(settings, certificatePem('serial-high-bit'))).toBe(invalid('A157346'))
})

test('TLS_CLIENT_AUTH needs exactly one registered value, even where each would match', async () => {
  expect(await asked(UNREGISTERED, OWN)).toBe(invalid('A157340'))
  const both = { ...TLS, tlsClientAuthSanDns: 'client.example.org' }
  expect(await asked(both, OWN)).toBe(invalid('A157345'))
  const rsa = { tlsClientAuthSanDns: 'alt.example.com', tlsClientAuthSanIp: '192.0.2.10' }
  expect(await asked({ ...UNREGISTERED, ...rsa }, certificatePem('client-rsa-2048'))).toBe(invalid('A157345'))
})

test.each([
  ['weak-rsa-1024', 'CN=weak.example.org,O=Client1', 'A157394'],
  ['expired', 'CN=expired.example.org,O=Client1', 'A157393'],
  ['not-yet-valid', 'CN=future.example.org,O=Client1', 'A157393'],
])('the certificate %s matches and is refused', async (name, tlsClientAuthSubjectDn, resultCode) => {
  expect(await asked({ ...TLS, tlsClientAuthSubjectDn }, certificatePem(name))).toBe(invalid(resultCode))
})

const SAME_NAME = certificatePem('same-subject-other-ca')

test('the list of issuers keeps out the same subject from another CA', async () => {
  expect(await asked(TLS, SAME_NAME)).toBe(OK)
  await walk.setService({ clientCertificateIssuers: [certificatePem('ca-issuing')] })
  expect(await asked(TLS, SAME_NAME)).toBe(invalid('A157395'))
  expect(await asked(TLS, OWN)).toBe(OK)
  expect(await asked(TLS, RENEWED)).toBe(OK)
})

test('the list of issuers may have several entries, and an empty list refuses every client', async () => {
  const clientCertificateIssuers = ['ca-other-root', 'ca-issuing'].map(certificatePem)
  await walk.setService({ clientCertificateIssuers })
  expect(await asked(TLS, SAME_NAME)).toBe(OK)
  expect(await asked(TLS, OWN)).toBe(OK)
  await walk.setService({ clientCertificateIssuers: [] })
  expect(await asked(TLS, OWN)).toBe(invalid('A157395'))
})

const SELF_SIGNED = { ...UNREGISTERED, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
const EC = certificatePem('self-signed-ec')
const RSA = certificatePem('self-signed-rsa-pss-signature')
const TWO = {
  keys: [
    { ...jwkOf('self-signed-ec'), kid: 'ec' },
    { ...jwkOf('self-signed-rsa-pss-signature'), kid: 'rsa' },
  ],
}
const appendix = load(
  'rfc8705-appendix-a/vector.json',
  z.looseObject({ jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) }),
)
const registering = (name: string) => ({ ...SELF_SIGNED, jwks: { keys: [jwkOf(name)] } })

test('SELF_SIGNED_TLS_CLIENT_AUTH takes any of the registered certificates', async () => {
  expect(await asked({ ...SELF_SIGNED, jwks: TWO }, EC)).toBe(OK)
  expect(await asked({ ...SELF_SIGNED, jwks: TWO }, RSA)).toBe(OK)
  expect(await asked({ ...SELF_SIGNED, jwks: TWO }, OWN)).toBe(invalid('A157333'))
  expect(await asked({ ...SELF_SIGNED, jwks: TWO }, undefined)).toBe(invalid('A157327'))
})

test('SELF_SIGNED_TLS_CLIENT_AUTH takes only the certificate that the settings name', async () => {
  const named = { ...SELF_SIGNED, jwks: TWO, selfSignedCertificateKeyId: 'rsa' }
  expect(await asked(named, RSA)).toBe(OK)
  expect(await asked(named, EC)).toBe(invalid('A157333'))
  expect(await asked({ ...named, selfSignedCertificateKeyId: 'x' }, EC)).toBe(invalid('A157329'))
})

test('SELF_SIGNED_TLS_CLIENT_AUTH compares the whole certificate, not its key', async () => {
  expect(await asked(registering('client-ec-p256'), OWN)).toBe(OK)
  expect(await asked(registering('client-ec-p256'), RENEWED)).toBe(invalid('A157333'))
})

test('SELF_SIGNED_TLS_CLIENT_AUTH judges neither issuers nor dates', async () => {
  await walk.setService({ clientCertificateIssuers: [] })
  expect(await asked(registering('expired'), certificatePem('expired'))).toBe(OK)
  expect(await asked(registering('not-yet-valid'), certificatePem('not-yet-valid'))).toBe(OK)
})

test('SELF_SIGNED_TLS_CLIENT_AUTH takes no certificate without a set, and no weak key', async () => {
  expect(await asked(SELF_SIGNED, EC)).toBe(invalid('A157329'))
  expect(await asked(registering('weak-rsa-1024'), certificatePem('weak-rsa-1024'))).toBe(invalid('A157329'))
})

test('SELF_SIGNED_TLS_CLIENT_AUTH takes the certificate of RFC 8705 appendix A in an event', async () => {
  const certificate = presented('file:rfc8705-appendix-a/certificate.pem')
  const send = async (jwks: typeof TWO) => {
    const { id } = await walk.addClient({ ...SELF_SIGNED, jwks })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = `grant_type=client_credentials&client_id=${id}`
    return (await walk.send({ route: '/token', headers, body, certificate })).status
  }
  const [jwk] = appendix.jwks.keys
  expect(await send({ keys: [jwk as (typeof TWO.keys)[number]] })).toBe(200)
  const changed = { ...jwk, x: `2${String(jwk?.['x']).slice(1)}`, kid: 'changed' }
  expect(await send({ keys: [changed as unknown as (typeof TWO.keys)[number]] })).toBe(401)
})

test('SELF_SIGNED_TLS_CLIENT_AUTH fails while its jwks_uri cannot be fetched, although the record has keys', async () => {
  const settings = { ...SELF_SIGNED, jwks: TWO, jwksUri: 'https://127.0.0.1/jwks' }
  expect(await asked(settings, EC)).toBe(invalid('A157396'))
})

test('SELF_SIGNED_TLS_CLIENT_AUTH binds to its certificate, and moves its grant to a renewed one', async () => {
  const client = await walk.addClient({ ...SELF_SIGNED, jwks: TWO }, BOUND)
  const { access, refresh } = await walk.granted(client, EC)
  expect(outcome(await walk.introspect(access, EC))).toBe('OK A056001')
  expect(outcome(await walk.introspect(access, RSA))).toBe('UNAUTHORIZED A065305 invalid_token')
  const renewed = tokensOf(await walk.refresh(client, refresh, RSA))
  expect(outcome(await walk.introspect(renewed.access, RSA))).toBe('OK A056001')
  expect(outcome(await walk.introspect(renewed.access, EC))).toBe('UNAUTHORIZED A065305 invalid_token')
})

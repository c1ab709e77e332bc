import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTruststoreFiles } from '../../../../infra/aws/deployment/truststore-files.ts'
import { builtCertificate } from '../../../support/built-certificate.ts'
import { authority, issued, keyUsage, type Party, pemOf } from '../../../support/certificate-chain.ts'
import { certificatePem } from '../../../support/vectors.ts'

const NOW = new Date('2026-11-25T00:00:00Z')
const ROOT = 'CN=Certbound Test Root CA, O=Certbound Test, C=JP'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-truststore-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

type Settings = Parameters<typeof readTruststoreFiles>[0]

const read = (text: string, now = NOW, settings: Partial<Settings> = {}) => {
  writeFileSync(join(folder, 'clients.pem'), text)
  const files = { trustStore: ['clients.pem'], clientCertificates: [], clients: [], ...settings }
  return readTruststoreFiles(files, join(folder, 'certbound.jsonc'), now)
}
const vectors = (...names: string[]) => names.map((name) => certificatePem(name)).join('')
const complaint = (text: string, settings?: Partial<Settings>) =>
  read(text, NOW, settings).then(
    () => '',
    (error: unknown) => (error as Error).message,
  )

test('a root, its intermediate and a self-signed client certificate make a trust store', async () => {
  const pem = vectors('ca-root', 'ca-issuing', 'self-signed-ec')
  const bundle = await read(pem)
  expect(bundle).toMatchObject({ pem, warnings: [] })
  expect(bundle.subjects[0]).toBe(ROOT)
})

test('a duplicate certificate in the files is in the trust store once', async () => {
  expect((await read(vectors('ca-root', 'ca-root'))).subjects).toHaveLength(1)
})

test('a certificate that expires within 30 days causes a warning', async () => {
  const { warnings } = await read(vectors('ca-root'), new Date('2049-12-15T00:00:00Z'))
  expect(warnings).toEqual([
    expect.stringMatching(
      /^trust store: CN=Certbound Test Root CA, .* expires in \d+ days .*; its clients will be/,
    ),
  ])
})

test.each([
  ['expired', 'has expired'],
  ['not-yet-valid', 'is not valid yet'],
  ['weak-rsa-1024', 'has a key or a signature that API Gateway does not accept'],
  ['client-ec-p256', 'is neither a CA nor self-signed'],
  ['client-ed25519', 'has a key or a signature that API Gateway does not accept'],
])('the certificate %s is refused in a trust store: it %s', async (name, why) => {
  expect(await complaint(vectors('ca-root', 'ca-issuing', name))).toContain(why)
})

test('an intermediate is refused in a trust store without its root', async () => {
  expect(await complaint(vectors('ca-issuing'))).toBe(
    `trust store: CN=Certbound Test Issuing CA, O=Certbound Test, C=JP does not lead to a root: add ${ROOT}`,
  )
})

test('an ECDSA key with less than 256 bits is refused in a trust store', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp224r1' })
  const der = await builtCertificate({ subject: 'small', publicKey })
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`
  expect(await complaint(pem)).toMatch(/^trust store: CN=small has a key/)
})

test('a missing file and a file with a private key are refused as trust stores', async () => {
  expect(await complaint(vectors('ca-root'), { trustStore: [join(folder, 'absent.pem')] })).toMatch(
    /absent.pem: cannot be read \(ENOENT\)/,
  )
  const key = '-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n'
  expect(await complaint(key)).toContain('an incomplete PEM certificate')
})

const ISSUES =
  /^trust store: CN=mallory is meant for a client but can issue certificates with the name of any other client: .*openssl req -x509 -addext basicConstraints=critical,CA:FALSE$/

const jwksOf = ({ der, publicKey }: Party) =>
  JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), x5c: [der.toString('base64')] }] })

test.each([
  ['CA:TRUE', () => authority('mallory')],
  ['version 1', () => issued('mallory', undefined, { version: 1 })],
  ['keyCertSign', () => issued('mallory', undefined, { extensions: [keyUsage(0x04)] })],
])(
  'a certificate with %s is trusted as a CA, but refused as the certificate of a client',
  async (_how, make) => {
    const mallory = await make()
    writeFileSync(join(folder, 'mallory.pem'), pemOf(mallory))
    const both = vectors('ca-root') + pemOf(mallory)
    expect(await complaint(both)).toBe('')
    expect(await complaint(vectors('ca-root'), { clientCertificates: ['mallory.pem'] })).toMatch(ISSUES)
    const client = {
      clientIdAlias: 'm',
      tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH',
      jwks: jwksOf(mallory),
    }
    expect(await complaint(both, { clients: [client] })).toMatch(ISSUES)
    expect(await complaint(both, { clients: [{ ...client, tokenAuthMethod: 'PRIVATE_KEY_JWT' }] })).toBe('')
  },
)

test('a certificate of a client that cannot issue others is in the trust store, together with those of the CAs', async () => {
  writeFileSync(join(folder, 'own.pem'), vectors('self-signed-ec'))
  const { pem } = await read(vectors('ca-root'), NOW, { clientCertificates: ['own.pem'] })
  expect(pem).toBe(vectors('ca-root', 'self-signed-ec'))
})

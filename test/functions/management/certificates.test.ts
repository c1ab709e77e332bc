import { beforeEach, describe, expect, test } from 'vitest'
import { issuerKey } from '../../../shared/certificate/issuer-key.ts'
import { requireCertificate } from '../../../shared/certificate/pem.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { recordsOf } from '../../support/audit.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey, tokenBoundTo } from '../../support/proof-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, PUBLIC, RENEWED, TLS, UNBOUND, type Walk } from '../../support/walk.ts'

const [OWN_THUMBPRINT, RENEWED_THUMBPRINT] = [
  thumbprintOf('client-ec-p256'),
  thumbprintOf('client-ec-p256-renewed'),
]
const ISSUER = certificatePem('ca-issuing')
const OTHER_ISSUER = certificatePem('ca-other-root')
const ISSUER_KEY = issuerKey(requireCertificate(ISSUER))
/** The serial number of `OWN`, as OpenSSL prints it. */
const SERIAL = '10:05'

const runtime = await testRuntime()
let walk: Walk
beforeEach(async () => {
  walk = await openWalk(runtime, { clientCertificateIssuers: [ISSUER] })
})

const revoke = (members: object) => walk.call('/certificate/revoke', members)
const release = (members: object) => walk.call('/certificate/release', members)
const REFUSED = 'UNAUTHORIZED A057397 invalid_token'

test.each([
  ['its thumbprint', { thumbprint: OWN_THUMBPRINT }],
  ['itself', { clientCertificate: OWN }],
  ['its issuer and serial number', { issuerCertificate: ISSUER, serialNumber: SERIAL }],
  ['the key of its issuer and its serial number', { issuerKey: ISSUER_KEY, serialNumber: SERIAL }],
])('a certificate is revoked by %s, at all of its clients', async (_, named) => {
  const clients = [await walk.addClient(TLS, BOUND), await walk.addClient(PUBLIC, BOUND)]
  const tokens = await Promise.all(clients.map((client) => walk.granted(client, OWN)))
  const { status, json } = await revoke({ ...named, reason: 'superseded' })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    dryRun: false,
    tokens: { certificate: 2, otherCertificate: 0, key: 0, unbound: 0, complete: true },
    registeredAt: [],
    inventoryComplete: true,
  })
  const [{ thumbprints, clientIds }] = json['certificates'] as [
    { thumbprints: string[]; clientIds: number[] },
  ]
  expect(thumbprints).toEqual([OWN_THUMBPRINT])
  expect(clientIds.sort()).toEqual(clients.map(({ number }) => number).sort())
  for (const { access } of tokens) expect(outcome(await walk.introspect(access, OWN))).toBe(REFUSED)
})

/** Decoders that are not strict take it for `OWN_THUMBPRINT`. */
const RESPELLED = OWN_THUMBPRINT?.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))

test('a CA with another key and the same serial number names another certificate', async () => {
  const { access } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)
  const { json } = await revoke({ issuerCertificate: OTHER_ISSUER, serialNumber: SERIAL })
  expect(json['certificates']).toMatchObject([{ thumbprints: [], clientIds: [], serialNumber: '1005' }])
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
})

test('a dry run shows clients and tokens, and writes nothing', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  const { access } = await walk.granted(client, OWN)
  await walk.granted(client, RENEWED)
  await walk.granted(await walk.addClient(PUBLIC, BOUND), certificatePem('self-signed-ec'))
  const before = await runtime.tables.everything()
  const asked = { issuerCertificate: ISSUER, serialNumber: SERIAL, dryRun: true, endClientTokens: true }
  expect((await revoke(asked)).json).toMatchObject({
    dryRun: true,
    certificates: [{ thumbprints: [OWN_THUMBPRINT], clientIds: [client.number] }],
    tokens: { certificate: 1, otherCertificate: 1 },
    unknownIssuers: 1,
  })
  expect(await runtime.tables.everything()).toEqual(before)
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
})

test('the answer has the tokens that live on, the end of JWTs, and the clients that register the certificate', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256', accessTokenDuration: 3600, ...UNBOUND })
  const self = certificatePem('self-signed-ec')
  const x5c = [self.replaceAll(/-----[^-]+-----|\s/g, '')]
  const { crv, kty, x, y } = (await import('node:crypto')).createPublicKey(self).export({ format: 'jwk' })
  const client = await walk.addClient(BASIC, { jwks: { keys: [{ kty, crv, x, y, x5c }] } })
  await tokenBoundTo(walk, client, newProofKey())
  await walk.granted(client)
  const certificateThumbprint = thumbprintOf('self-signed-ec')
  await walk.call('/auth/token/create', {
    grantType: 'CLIENT_CREDENTIALS',
    clientId: client.number,
    certificateThumbprint,
  })
  const { json } = await revoke({ clientCertificate: self })
  expect(json).toMatchObject({
    tokens: { certificate: 1, key: 1, unbound: 1, offlineUntil: (START + 3600) * 1000 },
    registeredAt: [client.number],
  })
})

test('many certificates are revoked at once, and each is named in the answer', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  const { access } = await walk.granted(client, RENEWED)
  const { json } = await revoke({
    certificates: [{ thumbprint: OWN_THUMBPRINT }, { clientCertificate: RENEWED }],
  })
  expect(json['certificates']).toEqual([
    { thumbprint: OWN_THUMBPRINT, thumbprints: [OWN_THUMBPRINT], clientIds: [] },
    { thumbprint: RENEWED_THUMBPRINT, thumbprints: [RENEWED_THUMBPRINT], clientIds: [client.number] },
  ])
  expect(outcome(await walk.introspect(access, RENEWED))).toBe(REFUSED)
})

test('the tokens of a client that are not bound to the certificate end only with endClientTokens', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  await walk.granted(client, OWN)
  const other = await walk.granted(client, RENEWED)
  await revoke({ thumbprint: OWN_THUMBPRINT })
  expect(outcome(await walk.introspect(other.access, RENEWED))).toBe('OK A056001')
  await revoke({ thumbprint: OWN_THUMBPRINT, endClientTokens: true })
  expect(outcome(await walk.introspect(other.access, RENEWED))).toBe('UNAUTHORIZED A057395 invalid_token')
})

describe('a hold', () => {
  test('is lifted with its tokens, by any name of its source', async () => {
    const { access } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)
    const named = { issuerCertificate: ISSUER, serialNumber: SERIAL }
    await revoke({ ...named, reason: 'certificateHold' })
    expect(outcome(await walk.introspect(access, OWN))).toBe(REFUSED)
    expect((await release({ thumbprint: OWN_THUMBPRINT })).json['resultCode']).toBe('A032294')
    expect((await release(named)).json['certificates']).toMatchObject([{ thumbprints: [OWN_THUMBPRINT] }])
    expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
  })

  test.each([
    ['with another reason', 'keyCompromise'],
    ['that does not exist', undefined],
  ])('cannot be lifted from a revocation %s', async (_, reason) => {
    if (reason !== undefined) await revoke({ thumbprint: OWN_THUMBPRINT, reason })
    const { status, json } = await release({ thumbprint: OWN_THUMBPRINT })
    expect({ status, code: json['resultCode'] }).toEqual({ status: 400, code: 'A032294' })
  })
})

test('a new service with the number of a deleted one does not inherit its revocations', async () => {
  await revoke({ thumbprint: OWN_THUMBPRINT })
  await walk.v3('DELETE', '/service/delete')
  const left = (await runtime.tables.registry.scan()).filter(
    ({ pk }) => pk === `certificate#${walk.serviceId}`,
  )
  expect(left).toEqual([])
})

test('without an inventory a revocation needs clients, and a serial number is refused by name', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  const { access } = await walk.granted(client, OWN)
  await walk.v3('POST', '/service/update', { certificateInventory: false })
  runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
  const code = async (members: object) => (await revoke(members)).json['resultCode']
  expect(await code({ thumbprint: OWN_THUMBPRINT })).toBe('A032292')
  const clientIdentifiers = [client.id]
  expect(await code({ issuerCertificate: ISSUER, serialNumber: SERIAL, clientIdentifiers })).toBe('A032293')
  expect((await revoke({ thumbprint: OWN_THUMBPRINT, clientIdentifiers })).json).toMatchObject({
    inventoryComplete: false,
  })
  expect(outcome(await walk.introspect(access, OWN))).toBe(REFUSED)
  await walk.v3('POST', '/service/update', { certificateInventory: true })
  expect((await revoke({ thumbprint: OWN_THUMBPRINT })).json).toMatchObject({ inventoryComplete: false })
})

test.each<[string, object, string]>([
  ['nothing', {}, 'A032291'],
  ['an empty list', { certificates: [] }, 'A032291'],
  [
    'more than 100 certificates',
    { certificates: Array.from({ length: 101 }, () => ({ thumbprint: OWN_THUMBPRINT })) },
    'A001294',
  ],
  ['two names', { thumbprint: OWN_THUMBPRINT, clientCertificate: OWN }, 'A032291'],
  [
    'a list beside a name',
    { thumbprint: OWN_THUMBPRINT, certificates: [{ thumbprint: OWN_THUMBPRINT }] },
    'A032291',
  ],
  [
    'a CA by its certificate and its key',
    { issuerCertificate: ISSUER, issuerKey: ISSUER_KEY, serialNumber: SERIAL },
    'A032291',
  ],
  ['an issuer without a serial number', { issuerCertificate: ISSUER }, 'A032291'],
  ['a serial number without an issuer', { serialNumber: SERIAL }, 'A032291'],
  ['a thumbprint in hexadecimal', { thumbprint: 'ab'.repeat(32) }, 'A001294'],
  ['a thumbprint with another last letter for the same bytes', { thumbprint: RESPELLED }, 'A001294'],
  ['a certificate that cannot be read', { clientCertificate: 'MIIB' }, 'A001294'],
  ['an issuer that cannot be read', { issuerCertificate: OWN.slice(0, 80), serialNumber: '1' }, 'A001294'],
  ['a serial number that is not hexadecimal', { issuerCertificate: ISSUER, serialNumber: '0x12' }, 'A001294'],
  ['an unknown reason', { thumbprint: OWN_THUMBPRINT, reason: 'removeFromCRL' }, 'A001294'],
  ['an unknown client', { thumbprint: OWN_THUMBPRINT, clientIdentifiers: ['nobody'] }, 'A001218'],
])('a call with %s is refused and writes nothing', async (_, members, code) => {
  const before = await runtime.tables.everything()
  const { status, json } = await revoke(members)
  expect({ status, code: json['resultCode'] }).toEqual({ status: code === 'A001218' ? 404 : 400, code })
  expect(await runtime.tables.everything()).toEqual(before)
})

test('the record of a revocation has the reason, and the state of each client', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  await walk.granted(client, OWN)
  await revoke({ thumbprint: OWN_THUMBPRINT, reason: 'keyCompromise' })
  const [record] = await recordsOf(runtime, walk.number)
  expect(record).toMatchObject({ operation: '/certificate/revoke', settlement: 'DONE' })
  expect(record?.writes.map(({ kind }) => kind)).toEqual(['certificateRevocation', 'clientState'])
  expect(JSON.stringify(record)).toContain('keyCompromise')
})

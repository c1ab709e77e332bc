import { importJWK, type JWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readKeys } from '../../../../functions/management/services/keys.ts'
import { restoredLines } from '../../../../infra/aws/provisioning/report.ts'
import { restoreServices } from '../../../../infra/aws/provisioning/restore.ts'
import { newSigningKeys, withSigningKeys } from '../../../../infra/management/signing-keys.ts'
import { SIGNING_ALGORITHMS } from '../../../../shared/certificate/jws-algorithms.ts'
import { Service } from '../../../../shared/store/service.ts'
import { tokensOf } from '../../../support/answers.ts'
import { type FixedRuntime, fixedRuntime } from '../../../support/fixed-runtime.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, type TestClient, type Walk } from '../../../support/walk.ts'

let runtime: FixedRuntime
let walk: Walk
let client: TestClient
beforeAll(async () => {
  runtime = await fixedRuntime({ registryCacheSeconds: 0 })
})
afterAll(() => runtime.close())
beforeEach(async () => {
  await runtime.tables.registry.restore([])
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC, BOUND)
})

async function restored(newSigningKey = false) {
  const options = {
    now: runtime.now(),
    random: runtime.random,
    cacheSeconds: 10,
    revive: new Set<number>(),
    former: undefined,
  }
  const [service] = await restoreServices(runtime, {
    ...options,
    newClientSecrets: false,
    newSigningKey,
  })
  if (service === undefined) throw new Error('no service')
  return service
}

const currentKeys = async () => (await runtime.store.registry.findCurrentService(walk.number))?.jwks

test('restore lists the restored signing keys, issuers and keys of clients', async () => {
  const jwks = { keys: [{ ...jwkOf('client-ec-p256'), kid: 'stolen' }, jwkOf('client-ec-p384')] }
  const jwksUri = 'https://client.example/jwks'
  const clientCertificateIssuers = [certificatePem('ca-root')]
  await walk.setClient(client, {
    ...{ jwks, jwksUri, tlsClientAuthSanDns: 'client.example' },
    clientCertificateIssuers,
  })
  const trustedRootCertificates = ['not a certificate']
  await walk.setService({ clientCertificateIssuers, trustedRootCertificates })
  const service = await restored()
  const issuer = 'CN=Certbound Test Root CA, O=Certbound Test, C=JP'
  const root = 'a certificate that cannot be read'
  expect(service.fromBackup).toEqual({ signingKeys: ['1'], issuers: [issuer], roots: [root] })
  const fromBackup = { keys: ['stolen', 'number 2'], jwksUri, names: ['client.example'], issuers: [issuer] }
  expect(service.clients).toEqual([expect.objectContaining({ clientId: client.number, fromBackup })])
  expect(restoredLines({ services: [service], owner: undefined })).toEqual(
    expect.arrayContaining([
      '  signing keys from the backup: 1',
      `  issuers of client certificates from the backup: ${issuer}`,
      `  roots of client certificates from the backup: ${root}`,
      '  keys from the backup: stolen; number 2',
      `  keys from the backup, read from: ${jwksUri}`,
      '  certificate names from the backup: client.example',
      `  issuers of the certificate from the backup: ${issuer}`,
    ]),
  )
})

test('restore keeps the signing keys of the backup by default', async () => {
  const before = await currentKeys()
  expect((await restored()).newSigningKeys).toBeUndefined()
  expect(await currentKeys()).toEqual(before)
})

test('with a new signing key the old one is no longer published, and its private key is deleted', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: '1' })
  const service = await restored(true)
  const [kid = ''] = service.newSigningKeys ?? []
  expect(kid).toMatch(/^[\w-]{16}$/)
  const [key, ...others] = (await currentKeys()) ?? []
  expect(key).toEqual({ kid, alg: 'ES256', use: 'sig', kty: 'EC', crv: 'P-256', x: key?.x, y: key?.y })
  expect(others).toEqual([])
  const stored = (await runtime.tables.registry.scan()).filter(({ pk }) => String(pk).startsWith('keys#'))
  expect(stored.map(({ sk }) => sk)).toEqual([kid])
  expect(restoredLines({ services: [service], owner: undefined })).toEqual(
    expect.arrayContaining([
      '  signing keys from the backup, no longer published: 1',
      `  new signing keys: ${kid}`,
    ]),
  )

  const { secret = '' } = service.credentials.find(({ role }) => role === 'manage') ?? {}
  const form = { grant_type: 'client_credentials' }
  const { access } = tokensOf(await walk.token(client, form, { clientCertificate: OWN }, { secret }))
  const currentDate = new Date(runtime.now() * 1000)
  const verified = await jwtVerify(access, await importJWK(key as JWK), { currentDate })
  expect(verified.protectedHeader).toMatchObject({ kid, alg: 'ES256' })
})

test('every algorithm that a service signs with gets a new key, and settings name it', () => {
  const jwks = SIGNING_ALGORITHMS.map((alg) => ({ kid: `old ${alg}`, alg, use: 'sig' as const, kty: 'x' }))
  const keys = newSigningKeys(jwks, runtime.random)
  const named = {
    ...{ accessTokenSignatureKeyId: 'old EdDSA', introspectionSignatureKeyId: 'old RS256' },
    userInfoSignatureKeyId: 'old PS256',
  }
  const keyUses = [{ kid: 'old EdDSA', signedUntil: 1, tokensEnd: 2 }]
  const before = { apiKey: 1, issuer: 'x', credentials: [], jwks, keyUses, ...named }
  const after = withSigningKeys(Service.parse(before), keys)
  const kids = Object.fromEntries(after.jwks.map(({ alg, kid }) => [alg, kid]))
  expect(Object.keys(kids)).toEqual(SIGNING_ALGORITHMS)
  expect(after).toMatchObject({
    keyUses: [],
    accessTokenSignatureKeyId: kids['EdDSA'],
    introspectionSignatureKeyId: kids['RS256'],
    userInfoSignatureKeyId: kids['PS256'],
  })
  for (const { publicJwk, privateJwk } of keys) {
    expect(readKeys(JSON.stringify({ keys: [privateJwk] }))[0]?.publicJwk).toEqual(publicJwk)
  }
})

import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'
import { BASIC, BOUND, openWalk, PUBLIC, type TestClient, type Walk } from '../../support/walk.ts'
import { openDomain, type Pair } from './renewal-domain.ts'
import { type Authority, makeAuthority, makeIdentity } from './tls-client.ts'

const NAME = 'CN=renewed.example,O=Certbound Development'
const named = { commonName: 'renewed.example' }
const INVALID_CLIENT = '401 invalid_client'
/** The gateway, which ends TLS, has refused the certificate; none of our code has run. */
const FORBIDDEN = '403 Forbidden'

let runtime: FixedRuntime
let walk: Walk
let ca: Authority

beforeAll(async () => {
  runtime = await fixedRuntime()
  ca = await makeAuthority('Client CA')
})
beforeEach(async () => {
  // TLS has no other clock than the machine's.
  runtime.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  walk = await openWalk(runtime, {
    apiKey: runtime.settings.serviceId ?? 0,
    supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
  })
})
afterAll(() => runtime.close())

const trusting = ({ cert }: Pair) => new X509Certificate(cert)

const domain = (...truststore: X509Certificate[]) => openDomain(walk, truststore)

describe('a certificate of a PKI', () => {
  const TLS = {
    ...BASIC,
    ...BOUND,
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSubjectDn: NAME,
  } as const
  let client: TestClient
  let old: Pair
  let renewed: Pair

  beforeEach(async () => {
    client = await walk.addClient(TLS)
    old = await makeIdentity(ca, named)
    renewed = await makeIdentity(ca, named)
  })

  test('a PKI certificate is renewed under its subject: nothing is registered, and a refresh moves the grant', async () => {
    const at = await domain(ca.certificate)
    const first = await at.signIn(old, client)
    expect(await at.uses(old, first.access)).toBe('200')

    expect(await at.uses(renewed, first.access)).toBe('401 invalid_token')
    const second = await at.refresh(renewed, client, first.refresh)
    expect(await at.uses(renewed, second.access)).toBe('200')
    expect(await at.uses(old, second.access)).toBe('401 invalid_token')
    expect(await at.uses(renewed, first.access)).toBe('401 invalid_token')
    expect((await at.credentials(renewed, client)).short).toBe('200')
  })

  test('an old and a renewed PKI certificate work side by side, each for its own tokens', async () => {
    const at = await domain(ca.certificate)
    const [one, other] = [await at.credentials(old, client), await at.credentials(renewed, client)]
    expect([await at.uses(old, one.access), await at.uses(renewed, other.access)]).toEqual(['200', '200'])
    expect(await at.uses(renewed, one.access)).toBe('401 invalid_token')
  })

  test('a PKI certificate that comes after the end of the old one can refresh the grant of the old one', async () => {
    const at = await domain(ca.certificate)
    const first = await at.signIn(old, client)
    const ended = await makeIdentity(ca, { ...named, from: -30, until: -1 })
    expect(await at.uses(ended, first.access)).toBe(FORBIDDEN)
    expect((await at.refresh(ended, client, first.refresh)).short).toBe(FORBIDDEN)
    expect((await at.refresh(renewed, client, first.refresh)).short).toBe('200')
  })

  test('a PKI certificate of another subject is refused until the subject is registered, and consumes nothing', async () => {
    const at = await domain(ca.certificate)
    const first = await at.signIn(old, client)
    const renamed = await makeIdentity(ca, { commonName: 'other.example' })
    expect((await at.refresh(renamed, client, first.refresh)).short).toBe(INVALID_CLIENT)
    await walk.setClient(client, { tlsClientAuthSubjectDn: 'CN=other.example,O=Certbound Development' })
    expect((await at.refresh(old, client, first.refresh)).short).toBe(INVALID_CLIENT)
    expect((await at.refresh(renamed, client, first.refresh)).short).toBe('200')
  })

  test('a PKI certificate of a new authority is accepted once the authority is in the trust store, then in the lists of the service', async () => {
    const fresh = await makeAuthority('New client CA')
    const moved = await makeIdentity(fresh, named)
    const pems = (...authorities: Authority[]) => authorities.map(({ certificate }) => certificate.toString())
    await walk.setService({
      ...{ mutualTlsValidatePkiCertChain: true, trustedRootCertificates: pems(ca) },
      clientCertificateIssuers: pems(ca),
    })
    const before = await domain(ca.certificate)
    const first = await before.signIn(old, client)
    expect((await before.refresh(moved, client, first.refresh)).short).toBe(FORBIDDEN)

    const both = await domain(ca.certificate, fresh.certificate)
    expect((await both.refresh(moved, client, first.refresh)).short).toBe(INVALID_CLIENT)
    await walk.setService({ trustedRootCertificates: pems(ca, fresh) })
    expect((await both.refresh(moved, client, first.refresh)).short).toBe(INVALID_CLIENT)
    await walk.setService({ clientCertificateIssuers: pems(ca, fresh) })
    expect((await both.credentials(old, client)).short).toBe('200')
    const second = await both.refresh(moved, client, first.refresh)
    expect(await both.uses(moved, second.access)).toBe('200')

    const after = await domain(fresh.certificate)
    expect((await after.credentials(old, client)).short).toBe(FORBIDDEN)
    expect(await after.uses(moved, second.access)).toBe('200')
  })
})

describe('a self-signed certificate', () => {
  let client: TestClient
  let old: Pair
  let renewed: Pair

  const register = (...pairs: Pair[]) => {
    const keys = pairs.map(({ cert }) => {
      const { publicKey, raw } = new X509Certificate(cert)
      return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
    })
    return walk.setClient(client, { jwks: { keys } })
  }

  beforeEach(async () => {
    client = await walk.addClient({ ...BASIC, ...BOUND, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' })
    old = await makeIdentity(undefined, named)
    renewed = await makeIdentity(undefined, named)
    await register(old)
  })

  test('a self-signed certificate is registered and trusted beside the old one, then used, then registered without the old one', async () => {
    const before = await domain(trusting(old))
    const first = await before.signIn(old, client)

    await register(old, renewed)
    const both = await domain(trusting(old), trusting(renewed))
    expect(await both.uses(old, first.access)).toBe('200')
    expect((await both.credentials(old, client)).short).toBe('200')

    expect(await both.uses(renewed, first.access)).toBe('401 invalid_token')
    const second = await both.refresh(renewed, client, first.refresh)
    expect(await both.uses(renewed, second.access)).toBe('200')
    expect(await both.uses(old, second.access)).toBe('401 invalid_token')

    await register(renewed)
    expect((await both.credentials(old, client)).short).toBe(INVALID_CLIENT)
    const after = await domain(trusting(renewed))
    expect((await after.credentials(old, client)).short).toBe(FORBIDDEN)
    expect((await after.refresh(renewed, client, second.refresh)).short).toBe('200')
  })

  test('a self-signed certificate that is used before it is registered or trusted is refused, and consumes nothing', async () => {
    const before = await domain(trusting(old))
    const first = await before.signIn(old, client)
    expect((await before.refresh(renewed, client, first.refresh)).short).toBe(FORBIDDEN)

    const both = await domain(trusting(old), trusting(renewed))
    expect((await both.refresh(renewed, client, first.refresh)).short).toBe(INVALID_CLIENT)
    await register(old, renewed)
    expect((await both.refresh(renewed, client, first.refresh)).short).toBe('200')
  })

  test('a self-signed certificate that replaces the old one too early locks out the holder of the old one', async () => {
    const both = await domain(trusting(old), trusting(renewed))
    const first = await both.signIn(old, client)
    await register(renewed)
    expect((await both.refresh(old, client, first.refresh)).short).toBe(INVALID_CLIENT)
    // A resource asks only for possession of the key: tokens that were issued work until they expire.
    expect(await both.uses(old, first.access)).toBe('200')
    await register(old, renewed)
    expect((await both.refresh(old, client, first.refresh)).short).toBe('200')
  })
})

describe.each([
  ['that a public client uses', { ...PUBLIC, ...BOUND }],
  ['that a client with a secret uses', { ...BASIC, ...BOUND, tokenAuthMethod: 'CLIENT_SECRET_POST' }],
] as const)('a certificate %s', (of, settings) => {
  let client: TestClient
  let old: Pair
  let renewed: Pair

  beforeEach(async () => {
    client = await walk.addClient(settings)
    old = await makeIdentity(ca, named)
    renewed = await makeIdentity(undefined, named)
  })

  test(`a certificate ${of} is changed by signing in again, while the old one goes on`, async () => {
    const before = await domain(ca.certificate)
    const first = await before.signIn(old, client)

    const both = await domain(ca.certificate, trusting(renewed))
    const second = await both.signIn(renewed, client)
    expect(await both.uses(renewed, second.access)).toBe('200')
    const again = await both.refresh(old, client, first.refresh)
    expect(await both.uses(old, again.access)).toBe('200')
    expect((await both.refresh(renewed, client, second.refresh)).short).toBe('200')
  })

  test(`a new certificate ${of} cannot use or refresh what the old one has, and does not disturb it`, async () => {
    const both = await domain(ca.certificate, trusting(renewed))
    const first = await both.signIn(old, client)
    expect(await both.uses(renewed, first.access)).toBe('401 invalid_token')
    expect((await both.refresh(renewed, client, first.refresh)).short).toBe('400 invalid_grant')
    expect((await both.refresh(old, client, first.refresh)).short).toBe('200')
  })

  test(`a certificate ${of} cannot sign in before it is in the trust store, nor refresh after it was taken out`, async () => {
    const before = await domain(ca.certificate)
    expect((await before.signIn(renewed, client)).short).toBe(FORBIDDEN)
    const first = await before.signIn(old, client)
    const after = await domain(trusting(renewed))
    expect((await after.refresh(old, client, first.refresh)).short).toBe(FORBIDDEN)
    expect((await after.signIn(renewed, client)).short).toBe('200')
  })
})

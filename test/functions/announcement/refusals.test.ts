import { X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import type { Renewal } from '../../../shared/store/certificates/renewals.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import {
  announceByApi,
  announce,
  announcementOf,
  CA,
  type Holder,
  holder,
  holderOf,
  selfSignedClient,
  tlsClient,
} from '../../support/announcements.ts'
import { outcome } from '../../support/answers.ts'
import { authority, client as issuedClient, pemOf } from '../../support/certificate-chain.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BOUND, EVERY_METHOD, form, PUBLIC, type TestClient, TLS } from '../../support/walk.ts'
import { twoProcesses } from '../certificates/two-processes.ts'

const { runtime, walk } = await twoProcesses()
const [A, B, C] = [await holder('a'), await holder('a'), await holder('a')]

beforeEach(() => walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: [CA.cert] }))

const byApi = async (client: TestClient, text: string, present: Pick<Holder, 'cert'> = A) =>
  outcome(await announceByApi(walk(), client, present, text))
const setState = (client: TestClient, state: Renewal['state'], more: Partial<Renewal> = {}) =>
  runtime.store.certificates.renewals.change(
    walk().number,
    client.number,
    A.thumbprint as Thumbprint,
    () => ({ state, ...more }),
  )
const find = async (client: TestClient, from: Holder) => {
  const { renewals } = runtime.store.certificates
  return renewals.find(walk().number, client.number, from.thumbprint as Thumbprint)
}

describe('an announcement is refused', () => {
  const wrong = 'BAD_REQUEST A033393 invalid_request'
  const LONGER_AUDIENCE = { aud: 'https://as.example.com.example.org' }
  test.each([
    ['cannot be read as a JWS', 'a.b', wrong],
    ['has another type', announcementOf(A, B, START, { header: { typ: 'JWT' } }), wrong],
    ['has no type', announcementOf(A, B, START, { header: { typ: undefined } }), wrong],
    [
      'has an algorithm that is not supported',
      announcementOf(A, B, START, { header: { alg: 'HS256' } }),
      wrong,
    ],
    ['has a critical extension', announcementOf(A, B, START, { header: { crit: ['exp'] } }), wrong],
    [
      'has another audience',
      announcementOf(A, B, START, { claims: { aud: 'https://other.example.com' } }),
      wrong,
    ],
    ['has a longer audience', announcementOf(A, B, START, { claims: LONGER_AUDIENCE }), wrong],
    [
      'has a list of audiences',
      announcementOf(A, B, START, { claims: { aud: ['https://as.example.com'] } }),
      wrong,
    ],
    ['has no time', announcementOf(A, B, START, { claims: { iat: undefined } }), wrong],
    ['is five minutes old', announcementOf(A, B, START - 300), wrong],
    ['is from the future', announcementOf(A, B, START + 11), wrong],
    ['has no certificate', announcementOf(A, B, START, { header: { x5c: [] } }), wrong],
    [
      'has something else for a certificate',
      announcementOf(A, B, START, { header: { x5c: ['AAAA'] } }),
      wrong,
    ],
    ['has the present certificate', announcementOf(A, A, START), wrong],
    ['names another present certificate', announcementOf(C, B, START), 'BAD_REQUEST A033394 invalid_request'],
    [
      'names no present certificate',
      announcementOf(A, B, START, { claims: { 'x5t#S256': undefined } }),
      'BAD_REQUEST A033394 invalid_request',
    ],
    [
      'is signed by the present key',
      announcementOf(A, B, START, { key: A.key }),
      'BAD_REQUEST A033395 invalid_request',
    ],
  ])('that %s', async (_, text, refused) => {
    const client = await walk().addClient(PUBLIC, BOUND)
    expect(await byApi(client, text)).toBe(refused)
    expect(await find(client, A)).toEqual([])
  })

  test('that is missing, empty or repeated', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    const text = announcementOf(A, B, START)
    for (const announcement of [undefined, '', [text, text]]) {
      const parameters = form({ client_id: client.id, announcement })
      const answer = await walk().call('/auth/certificate/announce', {
        parameters,
        clientCertificate: A.cert,
      })
      expect(outcome(answer)).toBe('BAD_REQUEST A033392 invalid_request')
    }
    expect(outcome(await walk().call('/auth/certificate/announce', {}))).toBe(
      'BAD_REQUEST A047201 invalid_request',
    )
    const broken = await walk().call('/auth/certificate/announce', { parameters: 'a=%zz' })
    expect(outcome(broken)).toBe('BAD_REQUEST A047202 invalid_request')
  })

  test('without the present certificate, on both faces, and from a client that does not authenticate', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    const text = announcementOf(A, B, START)
    const parameters = form({ client_id: client.id, announcement: text })
    for (const clientCertificate of [undefined, 'broken', B.cert])
      expect(
        outcome(await walk().call('/auth/certificate/announce', { parameters, clientCertificate })),
      ).toBe('BAD_REQUEST A033394 invalid_request')
    const plain = await walk().post('/certificate/announce', { client_id: client.id, announcement: text })
    expect(plain).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    const tls = await walk().addClient(tlsClient('other'), BOUND)
    expect(await byApi(tls, text)).toBe('INVALID_CLIENT A157343 invalid_client')
    expect((await announce(walk(), tls, A, text)).status).toBe(401)
  })

  test('under FAPI 2.0, and a stored one has no effect there', async () => {
    const [own, next] = [await holder('s', 'itself'), await holder('s', 'itself')]
    const client = await walk().addClient(selfSignedClient(own), BOUND)
    expect(await byApi(client, announcementOf(own, next, START), own)).toBe('OK A033091')
    runtime.clock.now = addSeconds(START, 3600)
    expect(outcome(await walk().credentials(client, next.cert))).toBe('OK A052001')
    await walk().setClient(client, { fapi2: true })
    runtime.clock.now = addSeconds(START, 7200)
    expect(outcome(await walk().credentials(client, next.cert))).toBe('INVALID_CLIENT A157333 invalid_client')
    const late = announcementOf(own, await holder('s', 'itself'), runtime.clock.now)
    expect(await byApi(client, late, own)).toBe('BAD_REQUEST A033391 invalid_request')
  })
})

describe('a new certificate is refused', () => {
  const unfit = 'BAD_REQUEST A033396 invalid_request'
  const dated = async (notBefore: string, notAfter: string): Promise<Holder> => {
    const days = { notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
    return { ...(await makeIdentity({ profile: 'client', commonName: 'a', ...days })), thumbprint: '' }
  }

  test('if it has expired or is not valid yet, for every client', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    for (const next of [await dated('2020-01-01', '2020-02-01'), await dated('2049-01-01', '2049-02-01')])
      expect(await byApi(client, announcementOf(A, next, START))).toBe(unfit)
  })

  test('if a client could not authenticate with its name, its issuer or its usage, and the message has the rule', async () => {
    const client = await walk().addClient(tlsClient('a'), BOUND)
    const server = {
      profile: 'server',
      commonName: 'a',
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2049-01-01'),
    } as const
    await walk().setService({ clientCertificateIssuers: undefined, clientCertificateUsage: 'clientAuth' })
    expect(await byApi(client, announcementOf(A, await holder('b'), START))).toBe(unfit)
    const wrongUse = { ...(await makeIdentity(server)), thumbprint: '' }
    const answer = await announceByApi(walk(), client, A, announcementOf(A, wrongUse, START))
    expect(answer.json['resultMessage']).toMatch(/would be refused.*clientAuth/)
    await walk().setService({ clientCertificateIssuers: [CA.cert] })
    runtime.clock.now = addSeconds(START, 60)
    expect(await byApi(client, announcementOf(A, await holder('a', 'itself'), START))).toBe(unfit)
  })

  test('if it has no path to a trusted root, which x5c may have', async () => {
    const root = await authority('Root')
    const between = await authority('Between', root)
    const [present, next] = [holderOf(await issuedClient(root)), holderOf(await issuedClient(between))]
    await walk().setService({
      clientCertificateIssuers: undefined,
      mutualTlsValidatePkiCertChain: true,
      trustedRootCertificates: [pemOf(root)],
    })
    const client = await walk().addClient({ ...TLS, tlsClientAuthSubjectDn: 'CN=client' }, BOUND)
    const der = new X509Certificate(next.cert).raw.toString('base64')
    const x5c = [der, between.der.toString('base64')]
    expect(await byApi(client, announcementOf(present, next, START), present)).toBe(unfit)
    expect(await byApi(client, announcementOf(present, next, START, { header: { x5c } }), present)).toBe(
      'OK A033091',
    )
  })

  test('if it can issue certificates with the name of any other client', async () => {
    await walk().setService({ clientCertificateIssuers: undefined })
    const own = await holder('s', 'itself')
    const client = await walk().addClient(selfSignedClient(own), BOUND)
    expect(await byApi(client, announcementOf(own, { ...CA, thumbprint: '' }, START), own)).toBe(unfit)
  })
})

describe('one renewal is open for a certificate', () => {
  test('so another certificate is refused until it has ended, and a vetoed one for good', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    expect(await byApi(client, announcementOf(A, B, START))).toBe('OK A033091')
    const refused = await holder('a')
    expect(await byApi(client, announcementOf(A, refused, START))).toBe('BAD_REQUEST A033397 invalid_request')
    const { notes } = runtime.store.certificates
    const holders = await notes.holders(walk().number, refused.thumbprint as Thumbprint)
    expect(holders.clients).toEqual([])
    await setState(client, 'vetoed')
    expect(await byApi(client, announcementOf(A, B, START))).toBe('BAD_REQUEST A033398 invalid_request')
    expect(await byApi(client, announcementOf(A, C, START))).toBe('OK A033091')
    await setState(client, 'ended')
    expect(await byApi(client, announcementOf(A, B, START))).toBe('BAD_REQUEST A033398 invalid_request')
    expect(await byApi(client, announcementOf(A, C, START))).toBe('OK A033091')
  })

  test('and it can announce twenty others, one after the other', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    const many = Array.from({ length: 20 }, (_, i) => [String(i).padStart(43, '0'), 'ended'] as const)
    expect(await byApi(client, announcementOf(A, B, START))).toBe('OK A033091')
    await setState(client, 'ended', { earlier: Object.fromEntries(many.slice(1)) })
    expect(await byApi(client, announcementOf(A, C, START))).toBe('OK A033091')
    await setState(client, 'ended', { earlier: Object.fromEntries(many) })
    expect(await byApi(client, announcementOf(A, B, START))).toBe('BAD_REQUEST A034392 invalid_request')
    expect(await byApi(client, announcementOf(A, C, START))).toBe('OK A033091')
  })

  test('and none leads back to a certificate that was replaced', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    expect(await byApi(client, announcementOf(A, B, START))).toBe('OK A033091')
    expect(await byApi(client, announcementOf(B, A, START), B)).toBe('BAD_REQUEST A034391 invalid_request')
    expect(await byApi(client, announcementOf(B, C, START), B)).toBe('OK A033091')
    expect(await byApi(client, announcementOf(C, A, START), C)).toBe('BAD_REQUEST A034391 invalid_request')
  })

  test('and none leads back when that renewal is over either, or when a later one was vetoed, unless all were', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    expect(await byApi(client, announcementOf(A, B, START))).toBe('OK A033091')
    const back = () => byApi(client, announcementOf(B, A, START), B)
    for (const [state, earlier] of [
      ['ended', undefined],
      ['ended', 'vetoed'],
      ['vetoed', 'ended'],
    ] as const) {
      await setState(client, state, { earlier: earlier && { [C.thumbprint]: earlier } })
      expect(await back()).toBe('BAD_REQUEST A034391 invalid_request')
    }
    // A renewal that was vetoed has replaced nothing, and neither have two.
    await setState(client, 'vetoed', { earlier: { [C.thumbprint]: 'vetoed' } })
    expect(await back()).toBe('OK A033091')
  })
})

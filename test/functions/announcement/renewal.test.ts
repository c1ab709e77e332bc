import { beforeEach, describe, expect, test } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import type { Renewal } from '../../../shared/store/certificates/renewals.ts'
import { addSeconds, type EpochSeconds } from '../../../shared/epoch-seconds.ts'
import {
  announce,
  announceByApi,
  announcementOf,
  CA,
  holder,
  selfSignedClient,
  tlsClient,
} from '../../support/announcements.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { delayFirstRequest } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BOUND, EVERY_METHOD, POST, PUBLIC, type TestClient } from '../../support/walk.ts'
import { twoProcesses } from '../certificates/two-processes.ts'

const { runtime, proxy, walk } = await twoProcesses()
const [A, B, C] = [await holder('a'), await holder('a'), await holder('a')]
const [DELAY, DURATION] = [3600, 2_592_000]
const DIFFERS = 'BAD_REQUEST A053392 invalid_grant'
const EARLY = 'BAD_REQUEST A053399 invalid_grant'

beforeEach(() => walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: [CA.cert] }))

/** Moves both the clock and the answers of the registry's cache. */
const after = (seconds: number) => {
  runtime.clock.now = addSeconds(START, seconds)
}
const announced = async (client: TestClient, from = A, to = B) => {
  const answer = await announce(walk(), client, from, announcementOf(from, to, runtime.clock.now))
  expect(answer.status).toBe(200)
  return answer.json
}

test('an announcement answers when it takes effect and ends, and the same one again is one', async () => {
  const client = await walk().addClient(PUBLIC, BOUND)
  const first = await announced(client)
  const effective = START + DELAY
  expect(first).toEqual({ 'x5t#S256': B.thumbprint, effective_at: effective, ends_at: effective + DURATION })
  after(60)
  expect(await announced(client)).toEqual(first)
  expect(runtime.logged().at(-1)).toMatchObject({ endpoint: '/certificate/announce', client: client.number })
  const twin = await announceByApi(walk(), client, A, announcementOf(A, B, runtime.clock.now))
  expect(twin.json).toMatchObject({
    ...{ action: 'OK', clientId: client.number, thumbprint: A.thumbprint, newThumbprint: B.thumbprint },
    ...{ announcedAt: START * 1000, effectiveAt: effective * 1000, endsAt: (effective + DURATION) * 1000 },
    responseContent: JSON.stringify(first),
  })
})

test('a refresh by the old certificate that a move overtakes is refused, also if the refresh token is kept', async () => {
  await walk().setService({ refreshTokenKept: true })
  const client = await walk().addClient(PUBLIC, BOUND)
  const { refresh } = await walk().granted(client, A.cert)
  await announced(client)
  after(DELAY)
  let moved = ''
  proxy.fate = delayFirstRequest('UpdateItem', async () => {
    moved = tokensOf(await walk().refresh(client, refresh, B.cert)).access
  })
  expect(outcome(await walk().refresh(client, refresh, A.cert))).toBe(DIFFERS)
  expect(outcome(await walk().introspect(moved, B.cert))).toBe('OK A056001')
})

describe.each([
  ['a public client', PUBLIC],
  ['a client with a secret', POST],
])('a grant of %s', (_, kind) => {
  test('moves to the announced certificate in the window, to no other one, and never back', async () => {
    const client = await walk().addClient(kind, BOUND)
    const { refresh } = await walk().granted(client, A.cert)
    const other = await walk().granted(client, A.cert)
    expect(outcome(await walk().refresh(client, refresh, B.cert))).toBe(DIFFERS)
    await announced(client)
    after(DELAY - 1)
    expect(outcome(await walk().refresh(client, refresh, B.cert))).toBe(EARLY)
    after(DELAY)
    expect(outcome(await walk().refresh(client, refresh, C.cert))).toBe(DIFFERS)
    const both = tokensOf(await walk().refresh(client, refresh, A.cert))
    expect(outcome(await walk().introspect(both.access, A.cert))).toBe('OK A056001')
    const moved = tokensOf(await walk().refresh(client, both.refresh, B.cert))
    expect(outcome(await walk().introspect(moved.access, B.cert))).toBe('OK A056001')
    expect(outcome(await walk().introspect(moved.access, A.cert))).toMatch(/A065305/)
    expect(outcome(await walk().refresh(client, moved.refresh, A.cert))).toBe(DIFFERS)
    after(DELAY + DURATION)
    expect(outcome(await walk().refresh(client, other.refresh, B.cert))).toBe(DIFFERS)
  })

  test('follows no announcement of another client', async () => {
    const [client, other] = [await walk().addClient(kind, BOUND), await walk().addClient(kind, BOUND)]
    const { refresh } = await walk().granted(client, A.cert)
    await announced(other)
    after(DELAY)
    expect(outcome(await walk().refresh(client, refresh, B.cert))).toBe(DIFFERS)
  })
})

test('a grant of a client that proves a key follows no certificate that was not announced, once it has followed one', async () => {
  const client = await walk().addClient(tlsClient('a'), BOUND)
  const granted = await walk().granted(client, A.cert)
  const free = tokensOf(await walk().refresh(client, granted.refresh, C.cert))
  const back = tokensOf(await walk().refresh(client, free.refresh, A.cert))
  await announced(client)
  after(DELAY)
  const moved = tokensOf(await walk().refresh(client, back.refresh, B.cert))
  for (const { cert } of [A, C])
    expect(outcome(await walk().refresh(client, moved.refresh, cert))).toBe(DIFFERS)
  const change = { accessToken: moved.access, accessTokenValueUpdated: true }
  expect(outcome(await walk().call('/auth/token/update', change))).toBe('OK A135001')
  expect(outcome(await walk().refresh(client, moved.refresh, C.cert))).toBe(DIFFERS)
  const kept = tokensOf(await walk().refresh(client, moved.refresh, B.cert))
  expect(outcome(await walk().refresh(client, kept.refresh, A.cert))).toBe(DIFFERS)
  await announced(client, B, C)
  after(2 * DELAY)
  await walk().setClient(client, { fapi2: true })
  after(3 * DELAY)
  expect(outcome(await walk().refresh(client, kept.refresh, C.cert))).toBe(DIFFERS)
  await walk().setClient(client, { fapi2: false })
  after(4 * DELAY)
  expect(outcome(await walk().refresh(client, kept.refresh, C.cert))).toBe('OK A053001')
})

test('a self-signed client authenticates with the announced certificate in the window only', async () => {
  const [own, next, third] = [
    await holder('s', 'itself'),
    await holder('s', 'itself'),
    await holder('s', 'itself'),
  ]
  const client = await walk().addClient(selfSignedClient(await holder('s', 'itself'), own), BOUND)
  const refused = 'INVALID_CLIENT A157333 invalid_client'
  expect(outcome(await walk().credentials(client, next.cert))).toBe(refused)
  await announced(client, own, next)
  expect(outcome(await walk().credentials(client, next.cert))).toBe(refused)
  after(DELAY)
  expect(outcome(await walk().credentials(client, own.cert))).toBe('OK A052001')
  expect(outcome(await walk().credentials(client, next.cert))).toBe('OK A052001')
  expect(outcome(await walk().credentials(client, third.cert))).toBe(refused)
  const other = await walk().addClient(selfSignedClient(own), BOUND)
  expect(outcome(await walk().credentials(other, next.cert))).toBe(refused)
  // The index by which a revocation finds the renewal may lag behind.
  const named = { thumbprint: next.thumbprint as Thumbprint }
  const hold = { source: 'operator', reason: 'certificateHold', revokedAt: START, clients: [] } as const
  await runtime.store.certificates.revocations.put(walk().number, named, hold)
  after(2 * DELAY)
  expect(outcome(await walk().credentials(client, next.cert))).toBe('INVALID_CLIENT A244399 invalid_client')
  await runtime.store.certificates.revocations.removeHold(walk().number, named, 'operator')
  after(DELAY + DURATION)
  expect(outcome(await walk().credentials(client, next.cert))).toBe(refused)
})

test('an announcement is opened only by the request that has stored it', async () => {
  const { renewals } = runtime.store.certificates
  const [from, to] = [A.thumbprint as Thumbprint, B.thumbprint as Thumbprint]
  const times = {
    effectiveAt: START,
    endsAt: addSeconds(START, 60),
    fromValidUntil: addSeconds(START, DURATION),
  }
  const propose = (announcedAt: EpochSeconds, client = 1) =>
    renewals.propose({ service: walk().number, client, from, to, announcedAt, ...times })
  const overtaken = (await propose(START)) as Renewal
  const stored = (await propose(addSeconds(START, 1))) as Renewal
  expect(await renewals.confirm(walk().number, overtaken)).toBe(false)
  expect(await renewals.confirm(walk().number, stored)).toBe(true)
  // The item remembers as long as the certificate is valid, so that no announcement leads back to it.
  const items = await runtime.tables.grants.scan()
  const item = items.find(({ id }) => String(id).startsWith(`${walk().number}.1.renewal.`))
  expect(item?.['ttl']).toBeGreaterThan(times.fromValidUntil)
  // Its partition of the index has other clients as well.
  await propose(START, 17)
  const { renewals: listed } = await renewals.ofClient(walk().number, 1, 10)
  expect(listed.map(({ client }) => client)).toEqual([1])
})

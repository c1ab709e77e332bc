import { beforeEach, describe, expect, test } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import {
  announceByApi,
  announcementOf,
  CA,
  type Holder,
  holder,
  selfSignedClient,
} from '../../support/announcements.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { listRecords } from '../../support/audit.ts'
import { cut, fromCall, pass } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BOUND, EVERY_METHOD, PUBLIC, type TestClient } from '../../support/walk.ts'
import { twoProcesses } from '../certificates/two-processes.ts'

const { runtime, proxy, walk, inRival } = await twoProcesses()
const [A, B, C, D] = [await holder('a'), await holder('a'), await holder('a'), await holder('a')]
const DIFFERS = 'BAD_REQUEST A053392 invalid_grant'

beforeEach(() => walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: [CA.cert] }))

const announced = async (client: TestClient, from: Holder, to: Holder) =>
  outcome(await announceByApi(walk(), client, from, announcementOf(from, to, runtime.clock.now)))
const manage = (action: string, client: TestClient, from: Holder = A) =>
  walk().call(`/certificate/renewal/${action}`, { clientIdentifier: client.id, thumbprint: from.thumbprint })
const stateOf = async (client: TestClient, from: Holder = A) =>
  (await manage('get', client, from)).json['state']
const after = (seconds: number) => {
  runtime.clock.now = addSeconds(START, seconds)
}

describe('management', () => {
  test('lets a renewal take effect at once, ends it and vetoes it, each with a record, and repeats without a change', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    const { refresh } = await walk().granted(client, A.cert)
    expect((await manage('get', client)).json).toMatchObject({ resultCode: 'A032295' })
    await announced(client, A, B)
    after(30)
    expect((await manage('approve', client)).json).toEqual({
      ...{ clientId: client.number, thumbprint: A.thumbprint, newThumbprint: B.thumbprint, state: 'open' },
      ...{
        announcedAt: START * 1000,
        effectiveAt: (START + 30) * 1000,
        endsAt: (START + 3600 + 2_592_000) * 1000,
      },
    })
    expect((await manage('approve', client)).status).toBe(200)
    const moved = tokensOf(await walk().refresh(client, refresh, B.cert))
    const other = await walk().granted(client, A.cert)
    for (const action of ['end', 'end']) expect((await manage(action, client)).json['state']).toBe('ended')
    expect(outcome(await walk().refresh(client, other.refresh, B.cert))).toBe(DIFFERS)
    expect(outcome(await walk().refresh(client, moved.refresh, B.cert))).toBe('OK A053001')
    for (const action of ['approve', 'veto'])
      expect((await manage(action, client)).json).toMatchObject({ resultCode: 'A032296' })
    expect(await announced(client, A, B)).toBe('OK A033091')
    for (const action of ['veto', 'veto']) expect((await manage(action, client)).json['state']).toBe('vetoed')
    expect(await announced(client, A, B)).toBe('BAD_REQUEST A033398 invalid_request')
    const { records } = await listRecords(walk())
    const changes = records.filter(({ operation }) => operation.startsWith('/certificate/renewal/'))
    expect(changes.map(({ operation }) => operation).sort()).toEqual([
      '/certificate/renewal/approve',
      '/certificate/renewal/end',
      '/certificate/renewal/veto',
    ])
    expect(JSON.stringify(changes)).toContain('"certificateRenewal"')
  })

  test('vetoes an announcement that is not confirmed yet', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    await announced(client, A, B)
    const { renewals } = runtime.store.certificates
    const state = 'unconfirmed'
    await renewals.change(walk().number, client.number, A.thumbprint as Thumbprint, () => ({ state }))
    expect((await manage('approve', client)).json).toMatchObject({ resultCode: 'A032296' })
    expect((await manage('veto', client)).json['state']).toBe('vetoed')
  })

  test('lists the renewals of a client, the latest first, and of the service by client, and ends them by the clock', async () => {
    const [client, other] = [await walk().addClient(PUBLIC, BOUND), await walk().addClient(PUBLIC, BOUND)]
    const pairs = [
      [A, B],
      [B, C],
      [C, D],
    ] as const
    for (const [index, [from, to]] of pairs.entries()) {
      after(index)
      expect(await announced(client, from, to)).toBe('OK A033091')
    }
    await announced(other, A, B)
    const list = async (query: string) =>
      (await walk().v3('GET', `/certificate/renewal/get/list?${query}`)).json as {
        renewals: { thumbprint: string; state: string }[]
        nextPageToken?: string
      }
    const first = await list(`clientIdentifier=${client.id}&pageSize=2`)
    const second = await list(
      `clientIdentifier=${client.id}&pageSize=2&pageToken=${first.nextPageToken ?? ''}`,
    )
    const listed = [...first.renewals, ...second.renewals].map(({ thumbprint }) => thumbprint)
    expect(listed).toEqual([C, B, A].map(({ thumbprint }) => thumbprint))
    expect((await list('')).renewals).toHaveLength(4)
    after(3600 + 2_592_000 + 1)
    expect((await list(`clientIdentifier=${other.id}`)).renewals).toMatchObject([{ state: 'open' }])
    expect((await list(`clientIdentifier=${client.id}`)).renewals.map(({ state }) => state)).toEqual([
      ...['open', 'ended', 'ended'],
    ])
    expect((await manage('veto', client)).json).toMatchObject({ resultCode: 'A032296' })
    expect(
      (await walk().call('/certificate/renewal/get', { clientIdentifier: '1', thumbprint: A.thumbprint }))
        .status,
    ).toBe(404)
  })
})

describe('a revocation', () => {
  const revoke = (from: Holder, members: object = {}) =>
    inRival().call('/certificate/revoke', { thumbprint: from.thumbprint, ...members })

  test('ends the renewals of the certificate, and revokes the announced ones, unless the call excludes them', async () => {
    const [client, other] = [await walk().addClient(PUBLIC, BOUND), await walk().addClient(PUBLIC, BOUND)]
    await announced(client, A, B)
    await announced(client, B, C)
    const dry = await revoke(A, { dryRun: true })
    expect(dry.json['certificates']).toHaveLength(3)
    expect(dry.json['renewals']).toMatchObject([{ thumbprint: A.thumbprint }, { thumbprint: B.thumbprint }])
    expect(await stateOf(client)).toBe('open')
    const only = await revoke(A, { revokeAnnounced: false })
    expect(only.json['renewals']).toMatchObject([
      { clientId: client.number, thumbprint: A.thumbprint, newThumbprint: B.thumbprint },
    ])
    expect([await stateOf(client), await stateOf(client, B)]).toEqual(['revoked', 'open'])
    const second = await revoke(A, { dryRun: true })
    expect(second.json['renewals']).toMatchObject([{ thumbprint: B.thumbprint }])
    after(3600 + 2_592_000)
    const over = await walk().call('/certificate/revoke', { thumbprint: A.thumbprint, dryRun: true })
    expect(over.json['renewals']).toEqual([])
    after(0)
    // The same call again, because the first one may have broken off.
    const { json } = await revoke(A)
    const revoked = json['certificates'] as { thumbprint: string }[]
    expect(revoked.map(({ thumbprint }) => thumbprint)).toEqual([A, B, C].map(({ thumbprint }) => thumbprint))
    expect(await stateOf(client, B)).toBe('revoked')
    expect(await announced(other, D, C)).toBe('BAD_REQUEST A033399 invalid_request')
  })

  test('revokes what each of its clients has announced', async () => {
    const [client, other] = [await walk().addClient(PUBLIC, BOUND), await walk().addClient(PUBLIC, BOUND)]
    await announced(client, A, B)
    await announced(other, A, C)
    const { json } = await revoke(A)
    const revoked = json['certificates'] as { thumbprint: string }[]
    expect(new Set(revoked.map(({ thumbprint }) => thumbprint))).toEqual(
      new Set([A, B, C].map(({ thumbprint }) => thumbprint)),
    )
  })

  test.each(['end', 'veto', 'time'])(
    'also revokes a certificate whose renewal was over by %s, and was replaced by another one',
    async (how) => {
      await walk().setService({ renewalDuration: 600 })
      const client = await walk().addClient(PUBLIC, BOUND)
      const { refresh } = await walk().granted(client, A.cert)
      await announced(client, A, B)
      after(3600)
      const { access } = tokensOf(await walk().refresh(client, refresh, B.cert))
      if (how === 'time') after(3600 + 600)
      else await manage(how, client)
      expect(await announced(client, A, C)).toBe('OK A033091')
      const { json } = await revoke(A)
      expect(json['renewals']).toMatchObject([{ newThumbprint: C.thumbprint }])
      expect(outcome(await walk().introspect(access, B.cert))).toBe('UNAUTHORIZED A057397 invalid_token')
    },
  )

  test('also revokes a certificate that was announced again in vain after its renewal, with its own successor', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    await announced(client, A, B)
    await manage('end', client)
    await announced(client, B, C)
    expect(await announced(client, A, B)).toBe('BAD_REQUEST A034391 invalid_request')
    expect(await announced(client, A, D)).toBe('OK A033091')
    const revoked = (await revoke(A)).json['certificates'] as { thumbprint: string }[]
    expect(new Set(revoked.map(({ thumbprint }) => thumbprint))).toEqual(
      new Set([A, B, C, D].map(({ thumbprint }) => thumbprint)),
    )
  })

  test('that names the announced certificate ends the renewal, and leaves the present one', async () => {
    const client = await walk().addClient(PUBLIC, BOUND)
    const { access } = await walk().granted(client, A.cert)
    await announced(client, A, B)
    const { json } = await revoke(B)
    expect(json['renewals']).toMatchObject([{ thumbprint: A.thumbprint, state: 'open' }])
    expect(json['certificates']).toHaveLength(1)
    expect(await stateOf(client)).toBe('revoked')
    expect(outcome(await walk().introspect(access, A.cert))).toBe('OK A056001')
    expect(await announced(client, A, C)).toBe('OK A033091')
  })

  test.each(['present', 'new'])(
    'that names the %s certificate at any moment of an announcement leaves no open renewal',
    async (which) => {
      await walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: undefined })
      for (let moment = 1, result = ''; result !== 'OK A033091'; moment++) {
        const [own, next] = [await holder('s', 'itself'), await holder('s', 'itself')]
        const client = await walk().addClient(selfSignedClient(own), BOUND)
        let calls = 0
        let isRevoked = false
        proxy.fate = async (_passing, forward) => {
          calls += 1
          if (calls === moment) {
            await revoke(which === 'present' ? own : next, { revokeAnnounced: false })
            isRevoked = true
          }
          return forward()
        }
        result = await announced(client, own, next)
        proxy.fate = pass
        // When there are fewer calls than moments, nothing was revoked.
        expect([moment, result === 'OK A033091']).toEqual([moment, !isRevoked])
        expect([moment, (await stateOf(client, own)) === 'open']).toEqual([moment, !isRevoked])
      }
    },
  )
})

test('an announcement that breaks off at any call of the store has no effect, and can be repeated', async () => {
  await walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: undefined })
  for (let call = 1, status = 503; status === 503; call++) {
    after(0)
    const [own, next] = [await holder('s', 'itself'), await holder('s', 'itself')]
    const client = await walk().addClient(selfSignedClient(own), BOUND)
    // Reads the service and the client.
    await walk().credentials(client, own.cert)
    proxy.fate = fromCall(call, cut)
    const text = announcementOf(own, next, START)
    status = (await announceByApi(walk(), client, own, text)).status
    proxy.fate = pass
    after(3600)
    const isOpen = (await stateOf(client, own)) === 'open'
    expect([call, isOpen]).toEqual([call, status === 200])
    const answer = outcome(await walk().credentials(client, next.cert))
    expect([call, answer === 'OK A052001']).toEqual([call, isOpen])
    expect(await announced(client, own, next)).toBe('OK A033091')
  }
})

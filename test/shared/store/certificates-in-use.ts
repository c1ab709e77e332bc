import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { describeCertificate } from '../../../shared/certificate/description.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { UNKNOWN_ISSUER, UNKNOWN_PARTS } from '../../../shared/store/certificates/names.ts'
import { Contention } from '../../../shared/store/unavailable.ts'
import { atCall, callsOf, type Fate, loseFirstAnswers } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { CLIENT, SERVICE } from './sample-grant.ts'
import type { Engine } from './store-under-test.ts'
import {
  certificateSteps,
  NAMES,
  certificate,
  OTHER_CLIENT,
  meanwhile,
  idIn,
  DAY,
  type Sample,
} from './certificate-steps.ts'

export async function certificatesInUse(engine: Engine) {
  const { tested, store, rival, confirm, revoke, isRefused, itemsOf } = await certificateSteps(engine)

  describe.each(NAMES)('the revocation by %s', (_, named) => {
    test('reaches all clients with a note, and no other client', async () => {
      const [sample, other] = [await certificate(), await certificate()]
      await confirm(sample)
      await confirm(sample, store, { client: OTHER_CLIENT })
      await confirm(other)
      expect(await revoke(named(sample))).toEqual({
        thumbprints: [sample.names.thumbprint],
        clients: [CLIENT, OTHER_CLIENT].sort((a, b) => (a % 16) - (b % 16)),
        renewals: [],
      })
      expect(await isRefused(sample.names)).toBe(true)
      expect(await isRefused(sample.names, OTHER_CLIENT)).toBe(true)
      expect(await isRefused(other.names)).toBe(false)
    })

    test('refuses a certificate that was never seen when it comes', async () => {
      const sample = await certificate()
      expect(await revoke(named(sample))).toMatchObject({ clients: [] })
      expect(await confirm(sample)).toBe('operator')
    })

    test('at any moment of the first use either prevents the token or refuses it', async () => {
      tested.proxy.passed.length = 0
      await confirm(await certificate())
      const calls = callsOf(tested.proxy.passed).length
      expect(calls).toBeGreaterThan(7)
      for (let n = 1; n <= calls; n++) {
        for (const order of ['before', 'after'] as const) {
          const sample = await certificate()
          tested.proxy.fate = atCall(
            n,
            meanwhile(order, () => revoke(named(sample))),
          )
          const isIssued = (await confirm(sample)) === undefined
          expect({ n, order, isIssued, refused: await isRefused(sample.names) }).not.toMatchObject({
            isIssued: true,
            refused: false,
          })
        }
      }
    })

    test('prevents the token of a first use at any moment, or refuses it', async () => {
      const first = await certificate()
      await confirm(first, rival)
      tested.proxy.passed.length = 0
      await revoke(named(first), store)
      const calls = callsOf(tested.proxy.passed).length
      for (let n = 1; n <= calls; n++) {
        const sample = await certificate()
        const issued: boolean[] = []
        const use = async () => issued.push((await confirm(sample, rival)) === undefined)
        tested.proxy.fate = atCall(n, meanwhile('before', use))
        await revoke(named(sample), store)
        expect(issued.includes(true) && !(await isRefused(sample.names))).toBe(false)
      }
    })
  })

  test('30 first uses and a revocation at once leave no accepted token', async () => {
    for (let round = 0; round < 2; round++) {
      const sample = await certificate()
      const uses = Array.from({ length: 30 }, (_, i) => confirm(sample, i % 2 === 0 ? store : rival))
      const [outcomes] = await Promise.all([Promise.all(uses), revoke(sample.names.issued)])
      const isAnyIssued = outcomes.some((revocation) => revocation === undefined)
      expect(isAnyIssued && !(await isRefused(sample.names))).toBe(false)
    }
  })

  test('a confirmed certificate makes no call until the cache of the registry is over', async () => {
    const sample = await certificate()
    const confirmBoth = async () => {
      await confirm(sample)
      await confirm(sample, store, { presented: undefined })
    }
    await confirmBoth()
    tested.proxy.passed.length = 0
    await confirmBoth()
    expect(tested.proxy.passed).toEqual([])
    tested.runtime.clock.now = addSeconds(START, tested.runtime.settings.registryCacheSeconds)
    await confirm(sample)
    // The revocations by both names, and the sources of lists.
    expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(['GetItem', 'GetItem', 'GetItem'])
  })

  test('a new process reads one note and the revocations of both names', async () => {
    const sample = await certificate()
    await confirm(sample, rival)
    tested.proxy.passed.length = 0
    await confirm(sample)
    const { registryTable, grantsTable } = tested.runtime.settings
    const tables = tested.proxy.passed.map(({ operation, body }) => {
      const { TableName, RequestItems = {} } = body as { TableName?: string; RequestItems?: object }
      return `${operation} ${TableName ?? Object.keys(RequestItems).join()}`
    })
    expect(tables).toEqual([
      `BatchGetItem ${grantsTable}`,
      ...Array<string>(2).fill(`GetItem ${registryTable}`),
    ])
  })

  test('a warm process learns of a revocation within the cache of the registry', async () => {
    const sample = await certificate()
    await confirm(sample)
    await revoke(sample.names)
    expect(await confirm(sample)).toBeUndefined()
    tested.runtime.clock.now = addSeconds(START, tested.runtime.settings.registryCacheSeconds)
    expect(await confirm(sample)).toBe('operator')
  })

  test('a note is written before its token is answered, and not at all if a part of it cannot be written', async () => {
    tested.proxy.passed.length = 0
    await confirm(await certificate())
    // The item of the serial numbers may exist, because it has those of 1 in 4,096 certificates.
    const written = callsOf(tested.proxy.passed).filter(({ operation }) =>
      /^(Put|Update)Item$/.test(operation),
    )
    expect(written.map(({ body }) => idIn(body).split('.')[1])).toEqual([
      'certificate',
      'issued',
      String(CLIENT),
    ])
    const failed = callsOf(tested.proxy.passed).length
    for (let n = 1; n <= failed; n++) {
      tested.proxy.fate = atCall(n, () => Promise.resolve(undefined))
      await expect(confirm(await certificate())).rejects.toThrow('the store is unavailable')
    }
  })

  test('the last time that a certificate was seen is written after one to two days, once', async () => {
    const sample = await certificate()
    const note = async () => await rival.certificates.notes.find(SERVICE, CLIENT, sample.names.thumbprint)
    await confirm(sample)
    const [early, late] = [addSeconds(START, DAY - 1), addSeconds(START, 2 * DAY)]
    await confirm(sample, store, { now: early })
    expect(await note()).toMatchObject({ firstSeen: START, lastSeen: START })
    await Promise.all([store, rival].map((from) => confirm(sample, from, { now: late, end: late })))
    expect(await note()).toMatchObject({ firstSeen: START, lastSeen: late })
    tested.proxy.passed.length = 0
    await confirm(sample, store, { now: addSeconds(late, 10), end: addSeconds(late, 10) })
    expect(tested.proxy.passed.filter(({ operation }) => operation !== 'GetItem')).toEqual([])
  })

  test.each([
    ['with its certificate', {}],
    ['with only its thumbprint', { presented: undefined }],
  ])('a later token %s raises the time until which the note and its items stay', async (_, more) => {
    const sample = await certificate()
    await confirm(sample)
    const end = addSeconds(START, 400 * DAY)
    await confirm(sample, store, { end, ...more })
    const items = await itemsOf(sample)
    expect(items).toHaveLength(3)
    for (const { ttl } of items) expect(ttl).toBeGreaterThan(end + 3600)
  })

  test('a note does not stay longer than the items that lead to it, although they are written less often', async () => {
    const sample = await certificate(DAY)
    const days = (count: number) => addSeconds(START, count * DAY)
    await confirm(sample, store, { end: days(1) })
    // The note is written again, because it is old. The items that lead to it last until this token ends.
    await confirm(sample, store, { now: days(2), end: days(3) })
    await confirm(sample, store, { now: days(2), end: days(4.9) })
    for (const { ttl } of await itemsOf(sample)) expect(ttl).toBeGreaterThan(days(4.9) + 3600)
  })

  test('each certificate of an unknown issuer is noted at its own time, although another one has its serial number', async () => {
    const [one, other] = [await certificate(), await certificate()]
    const { serialNumber } = one.names.issued
    const { notes } = rival.certificates
    const noteAt = async ({ certificate: { der }, names: { thumbprint } }: Sample, days: number) => {
      const now = addSeconds(START, days * DAY)
      const described = describeCertificate(der)
      const description = described && { ...described, serialNumber }
      const about = { service: SERVICE, client: CLIENT, names: { thumbprint }, description, now }
      await notes.write({ ...about, end: now, staleAfterSeconds: 0, checkedFrom: 0 })
      const [noted] = await notes.issuedIn(SERVICE, UNKNOWN_ISSUER, [CLIENT % UNKNOWN_PARTS])
      return Object.values(noted?.get(serialNumber)?.noted ?? {})
    }
    expect(await noteAt(one, 0)).toEqual([START])
    expect((await noteAt(other, 2)).toSorted()).toEqual([START, START + 2 * DAY])
    expect((await noteAt(one, 3)).toSorted()).toEqual([START + 2 * DAY, START + 3 * DAY])
    // Only its thumbprint comes with a request, so its issuer is not looked for.
    const { thumbprint } = one.names
    const use = { service: SERVICE, client: CLIENT, names: { thumbprint }, now: addSeconds(START, 9 * DAY) }
    await notes.write({ ...use, end: addSeconds(START, 500 * DAY), staleAfterSeconds: 0, checkedFrom: 0 })
    const [noted] = await notes.issuedIn(SERVICE, UNKNOWN_ISSUER, [CLIENT % UNKNOWN_PARTS])
    expect(noted?.get(serialNumber)?.noted).toMatchObject({ [thumbprint]: START + 3 * DAY })
  })

  test('a note without the certificate gets its names when the certificate comes', async () => {
    const sample = await certificate()
    await confirm(sample, store, { presented: undefined })
    expect(await revoke(sample.names.issued)).toMatchObject({ clients: [] })
    expect(await confirm(sample)).toBe('operator')
    expect(await revoke(sample.names.issued)).toMatchObject({ clients: [CLIENT] })
  })

  test('if only the answer of a write is lost, the note and the copy are written once', async () => {
    const sample = await certificate()
    for (const operation of ['PutItem', 'UpdateItem']) {
      tested.proxy.fate = loseFirstAnswers(operation)
      expect(
        await confirm(sample, store, { client: operation === 'PutItem' ? CLIENT : OTHER_CLIENT }),
      ).toBeUndefined()
    }
    for (const operation of ['PutItem', 'UpdateItem']) {
      tested.proxy.fate = loseFirstAnswers(operation)
      await revoke(sample.names, store)
    }
    expect(await isRefused(sample.names)).toBe(true)
  })

  test('a writer that always loses answers that the store is unavailable', async () => {
    const sample = await certificate()
    const overtake: Fate = async ({ body }, forward) => {
      const id = idIn(body)
      const other = { clients: [1], until: 1, attempt: randomBytes(4).toString('hex') }
      if (id.startsWith(`${SERVICE}.certificate.`)) await tested.raw.grants.put({ id, ...other })
      return forward()
    }
    tested.proxy.fate = overtake
    await expect(confirm(sample)).rejects.toBeInstanceOf(Contention)
  })
}

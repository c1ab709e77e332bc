import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import { MAX_ENTRIES_IN_STATE } from '../../../shared/store/certificates/copies.ts'
import { atCall, callsOf, pass } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { CLIENT, SERVICE } from './sample-grant.ts'
import { type Engine, grantItem } from './store-under-test.ts'
import {
  certificateSteps,
  NAMES,
  certificate,
  OTHER_CLIENT,
  meanwhile,
  DAY,
  sizeOf,
  withFirstLetter,
  type Sample,
} from './certificate-steps.ts'

export async function revokedCopies(engine: Engine) {
  const { tested, store, rival, confirm, revoke, lift, stateOf, isRefused } = await certificateSteps(engine)

  describe('the copy in the state of a client', () => {
    test('is smaller than a read unit, and further entries are in items of their own', async () => {
      const samples = await Promise.all(
        Array.from({ length: MAX_ENTRIES_IN_STATE + 30 }, () => certificate()),
      )
      for (const sample of samples) await revoke(sample.names, rival, { clients: [OTHER_CLIENT] })
      const state = await grantItem(tested, { service: SERVICE, client: OTHER_CLIENT })
      expect(sizeOf(state)).toBeLessThan(4096)
      const refused = await Promise.all(samples.map((sample) => isRefused(sample.names, OTHER_CLIENT)))
      expect(refused.filter(Boolean)).toHaveLength(samples.length)
      expect(await isRefused((await certificate()).names, OTHER_CLIENT)).toBe(false)

      const last = samples.at(-1) as Sample
      expect(await isRefused(last.names, OTHER_CLIENT, store)).toBe(true)
      tested.proxy.passed.length = 0
      expect(await isRefused(last.names, OTHER_CLIENT, store)).toBe(true)
      expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(['BatchGetItem'])
      // A client without further entries has no further item, and none is read.
      const other = await certificate()
      await revoke(other.names, rival, { clients: [CLIENT] })
      tested.proxy.passed.length = 0
      expect(await isRefused((await certificate()).names, CLIENT, store)).toBe(false)
      expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(['BatchGetItem'])
      const next = withFirstLetter(last)
      await revoke(next, rival, { clients: [OTHER_CLIENT] })
      expect(await isRefused(next, OTHER_CLIENT, store)).toBe(true)
    })

    test('keeps an entry until the validity is over and no token can be alive', async () => {
      const [short, long] = [await certificate(DAY), await certificate(20 * DAY)]
      const end = addSeconds(START, 5 * DAY)
      for (const sample of [short, long]) {
        await confirm(sample, store, { end })
        await revoke(sample.names)
      }
      const entry = async ({ names } = short) => (await stateOf())?.revoked?.[names.thumbprint]
      await revoke((await certificate()).names, rival, { clients: [CLIENT], now: end })
      expect(await entry()).toBeGreaterThanOrEqual(end)
      await revoke((await certificate()).names, rival, { clients: [CLIENT], now: addSeconds(START, 8 * DAY) })
      expect(await entry()).toBeUndefined()
      expect(await entry(long)).toBe(addSeconds(START, 20 * DAY))
    })

    test.each<[string, object, boolean]>([
      ['without a note', { clients: [CLIENT] }, false],
      ['if the service did not write notes from its start', { notedFromStart: false }, true],
    ])('keeps an entry %s', async (_, more, isNoted) => {
      const sample = await certificate()
      if (isNoted) await confirm(sample)
      await revoke(sample.names, rival, more)
      await revoke((await certificate()).names, rival, {
        clients: [CLIENT],
        now: addSeconds(START, 40_000 * DAY),
      })
      expect(await isRefused(sample.names)).toBe(true)
    })

    test('keeps a lock and a cut-off, which keep it', async () => {
      const sample = await certificate()
      await confirm(sample)
      const record = Client.parse({ clientId: CLIENT })
      await rival.clients.setLocked(SERVICE, record, true)
      await revoke(sample.names)
      await rival.clients.cutOff(SERVICE, CLIENT, () => START)
      await rival.clients.setLocked(SERVICE, record, false)
      expect(await stateOf()).toMatchObject({ locked: false, notBefore: START + 1 })
      expect(await isRefused(sample.names)).toBe(true)
    })
  })

  describe('a hold', () => {
    const hold = { reason: 'certificateHold' }

    test('is lifted by its source, and only by it', async () => {
      const sample = await certificate()
      await confirm(sample)
      await revoke(sample.names, rival, { ...hold, source: 'list-a' })
      expect((await lift(sample.names)).hold).toBeUndefined()
      expect(await isRefused(sample.names)).toBe(true)
      expect((await lift(sample.names, 'list-a')).hold).toMatchObject(hold)
      expect(await isRefused(sample.names)).toBe(false)
      expect(await confirm(sample, rival)).toBeUndefined()
    })

    test.each(NAMES)('keeps its entry while %s is revoked by another source', async (_, named) => {
      const sample = await certificate()
      await confirm(sample)
      await revoke(sample.names, rival, hold)
      await revoke(named(sample), rival, { source: 'list-a' })
      await lift(sample.names)
      expect(await isRefused(sample.names)).toBe(true)
    })

    test('never replaces a final revocation, which cannot be lifted', async () => {
      const sample = await certificate()
      await confirm(sample)
      await revoke(sample.names)
      await revoke(sample.names, rival, hold)
      expect((await lift(sample.names)).hold).toBeUndefined()
      expect(await isRefused(sample.names)).toBe(true)
    })

    test('can be lifted again after a lift that broke off, also from an item beside the state', async () => {
      const sample = await certificate()
      await revoke(sample.names, rival, { ...hold, clients: [OTHER_CLIENT] })
      expect(await isRefused(sample.names, OTHER_CLIENT, store)).toBe(true)
      tested.proxy.passed.length = 0
      tested.proxy.fate = atCall(4, () => Promise.resolve(undefined))
      await expect(lift(sample.names, 'operator', store)).rejects.toThrow('the store is unavailable')
      tested.proxy.fate = pass
      const certificates = rival.certificates
      await certificates.lift({
        service: SERVICE,
        named: sample.names,
        source: 'operator',
        clients: [OTHER_CLIENT],
      })
      expect(await isRefused(sample.names, OTHER_CLIENT, store)).toBe(false)
    })

    test('that is lifted while another source revokes the certificate stays refused at every moment', async () => {
      const sample = await certificate()
      await confirm(sample, rival)
      await revoke(sample.names, rival, hold)
      tested.proxy.passed.length = 0
      await lift(sample.names, 'operator', store)
      const calls = callsOf(tested.proxy.passed).length
      for (let n = 1; n <= calls; n++) {
        const next = await certificate()
        await confirm(next, rival)
        await revoke(next.names, rival, hold)
        const list = () => revoke(next.names.issued, rival, { source: 'list-a' })
        tested.proxy.fate = atCall(n, meanwhile('before', list))
        await lift(next.names, 'operator', store)
        tested.proxy.fate = pass
        expect({ n, refused: await isRefused(next.names) }).toEqual({ n, refused: true })
      }
    })
  })
}

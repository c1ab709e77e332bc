import { expect, test } from 'vitest'
import type { InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { certificateLists } from '../../../../infra/aws/doctor/lists.ts'
import type { EpochSeconds } from '../../../../shared/epoch-seconds.ts'
import type { ListSource } from '../../../../shared/store/lists/sources.ts'
import { START } from '../../../support/fixed-runtime.ts'

const HOUR = 3600
const at = (seconds: number) => (START + seconds) as EpochSeconds
const LIST = { key: 'k', count: 3, userCertificatesOnly: false, digest: 'd', number: '12' }
const source = (more: Partial<ListSource> = {}): ListSource => ({
  ...{ name: 'clients', issuers: [], address: 'http://lists.example.com/ca.crl', knownFrom: at(0) },
  isCompared: true,
  lists: [{ ...LIST, thisUpdate: at(-2 * HOUR), nextUpdate: at(HOUR) }],
  ...more,
})

async function findings(now: number, lists: readonly ListSource[], listNames = ['clients']) {
  const subject = { lists, listNames, now: () => new Date(at(now) * 1000) } as unknown as InspectedDeployment
  const found = await certificateLists.ask(subject)
  return found.map(({ status, what }) => `${status}: ${what}`)
}

test('doctor shows each list with its number and age, and the clock decides whether it is late', async () => {
  const list = 'clients: the list, number 12, 3 certificates,'
  const next = '2026-11-24T07:40:00.000Z'
  const late = 'Revoked certificates may be accepted'
  expect(await findings(0, [source()])).toEqual([`ok: ${list} 2 hours old, until ${next}`])
  expect(await findings(HOUR + 1, [source()])).toEqual([
    `fail: ${list} 3 hours old, late since ${next}. ${late}`,
  ])
  expect(await findings(7 * 24 * HOUR, [source()])).toEqual([
    `fail: ${list} 7 days old, late since ${next}. ${late}`,
  ])
  expect(await findings(0, [source({ lists: [] })])).toEqual([`fail: clients: no list was read yet. ${late}`])
  expect(await findings(0, [source({ problem: 'the address cannot be reached' })])).toEqual([
    `warn: ${list} 2 hours old, until ${next}; clients: the address cannot be reached`,
  ])
})

test('doctor warns about a source until a run has compared all certificates in use with its lists, as after a restore', async () => {
  const { isCompared: _, ...restored } = source()
  expect(await findings(0, [restored])).toEqual([
    expect.stringMatching(/^warn: .*\. No run has compared all certificates in use with the lists/),
  ])
  expect(await findings(HOUR + 1, [restored])).toEqual([expect.stringMatching(/^fail: .* late since/)])
})

test('doctor compares the sources of the registry with those of the settings', async () => {
  expect(await findings(0, [], [])).toEqual(['ok: there are no sources of lists'])
  expect(await findings(0, [], ['clients'])).toEqual(['fail: crl.sources clients is not in the registry'])
  expect((await findings(0, [source()], [])).at(-1)).toBe(
    'fail: the registry has clients, which crl.sources does not name',
  )
})

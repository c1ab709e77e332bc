import { beforeEach, expect, test } from 'vitest'
import { refreshOnSchedule } from '../../../functions/certificate-lists/schedule.ts'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import type { NoticeLine } from '../../../shared/runtime/log.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { EndingCertificates } from '../../../shared/store/certificates/ending.ts'
import { START } from '../../support/fixed-runtime.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BOUND, openWalk, PUBLIC } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)
const DAY = 86_400
const END = 200 * DAY
/** The days around those with notices. */
const DAYS = [169, 170, 171, 185, 186, 187, 192, 193, 194, 198, 199, 200]

beforeEach(() => runtime.tables.grants.remove({ id: `${walk.serviceId}.notices` }))

/** A certificate of some days, which ends on day 200. */
async function endingAt(validityDays: number, endSeconds = END): Promise<string> {
  const notAfter = (START + endSeconds) * 1000
  const dates = { notBefore: new Date(notAfter - validityDays * DAY * 1000), notAfter: new Date(notAfter) }
  return (await makeIdentity({ profile: 'client', commonName: 'a', ...dates })).cert
}

async function inUse(...certificates: readonly string[]) {
  const client = await walk.addClient(PUBLIC, BOUND)
  for (const certificate of certificates) await walk.granted(client, certificate)
  return client
}

/** The notices about a client in a run on this day, at any hour. */
async function noticesOn(day: number, client: { readonly number: number }) {
  runtime.lines.length = 0
  runtime.clock.now = addSeconds(START, day * DAY + (day % 2) * 3600)
  await refreshOnSchedule(runtime)({ notices: true })
  const lines = runtime.logged() as unknown as NoticeLine[]
  expect(new Set(lines.map(({ endpoint }) => endpoint)).size).toBeLessThan(2)
  return lines.filter((line) => line.client === client.number).map(({ noticeDays }) => noticeDays)
}

async function noticesOnDays(days: readonly number[], client: { readonly number: number }) {
  const found = []
  for (const day of days) found.push(...(await noticesOn(day, client)))
  return found
}

test.each([
  ['120 days', 120, [30, 14, 7, 1]],
  ['119 days', 119, [14, 7, 1]],
  ['28 days', 28, [7, 1]],
  ['3 days', 3, []],
])(
  'a certificate that is valid for %s has a notice where its validity is four times as long',
  async (_, days, expected) => {
    expect(await noticesOnDays(DAYS, await inUse(await endingAt(days)))).toEqual(expected)
  },
)

test('a certificate has no notice if the client uses one that ends later', async () => {
  const later = await endingAt(365, END + 90 * DAY)
  expect(await noticesOnDays(DAYS, await inUse(await endingAt(365), later))).toEqual([])
})

test('after missed days the next run gives each notice once, and one for a certificate: the nearest', async () => {
  const client = await inUse(await endingAt(365))
  expect(await noticesOnDays([169, 172, 172, 173], client)).toEqual([28])
  expect(await noticesOnDays([194, 194, 195], client)).toEqual([6])
  expect(await noticesOnDays([198, 200, 200], client)).toEqual([0])
})

test('the first run gives the nearest notice of each certificate, and none of one that has ended', async () => {
  const certificates = [
    await endingAt(365),
    await endingAt(365, 180 * DAY + 3599),
    await endingAt(365, 180 * DAY + 3601),
  ]
  const clients = await Promise.all(certificates.map((certificate) => inUse(certificate)))
  runtime.lines.length = 0
  runtime.clock.now = addSeconds(START, 180 * DAY + 3600)
  await refreshOnSchedule(runtime)({ notices: true })
  const lines = runtime.logged() as unknown as NoticeLine[]
  const found = clients.map(({ number }) => lines.filter(({ client }) => client === number))
  expect(found.map((each) => each.map(({ noticeDays }) => noticeDays))).toEqual([[20], [], [0]])
})

test('a run that breaks off leaves its notices to the next one', async () => {
  const client = await inUse(await endingAt(365))
  await noticesOn(169, client)
  proxy.fate = async ({ operation }, forward) => (operation === 'BatchGetItem' ? undefined : forward())
  await expect(noticesOn(170, client)).rejects.toThrow('unavailable')
  proxy.fate = (_, forward) => forward()
  expect(await noticesOnDays([170, 170, 171], client)).toEqual([30])
})

test('the certificates after their first notice are found at any time, and others are not', async () => {
  const client = await inUse(await endingAt(100))
  const ending = new EndingCertificates(runtime.store.certificates.table)
  const soon = async (day: number) => {
    const found = await ending.soon(walk.number, addSeconds(START, day * DAY))
    return found.filter(({ note }) => note.client === client.number).map(({ days }) => days)
  }
  expect([await soon(185), await soon(186), await soon(193), await soon(200), await soon(201)]).toEqual([
    ...[[], [14], [7], [0], []],
  ])
})

import { expect, test } from 'vitest'
import { refreshOnSchedule } from '../../../functions/certificate-lists/schedule.ts'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import type { NoticeLine } from '../../../shared/runtime/log.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BOUND, PUBLIC } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk
const DAY = 86_400
const END = 200 * DAY

/** A certificate of some days, which ends on day 200. */
async function endingAt(validityDays: number, endSeconds = END): Promise<string> {
  const notAfter = (START + endSeconds) * 1000
  const dates = { notBefore: new Date(notAfter - validityDays * DAY * 1000), notAfter: new Date(notAfter) }
  return (await makeIdentity({ profile: 'client', commonName: 'a', ...dates })).cert
}

/** The days on which the certificates of a client have notices, if the schedule runs once a day, at any hour. */
async function noticesOf(certificates: readonly string[]) {
  const client = await walk.addClient(PUBLIC, BOUND)
  for (const certificate of certificates) await walk.granted(client, certificate)
  const run = refreshOnSchedule(runtime)
  const found: unknown[] = []
  for (let day = 165; day <= 200; day++) {
    runtime.lines.length = 0
    runtime.clock.now = addSeconds(START, day * DAY + (day % 2) * 3600)
    await run({ notices: true })
    const lines = (runtime.logged() as unknown as NoticeLine[]).filter(
      (line) => line.client === client.number,
    )
    found.push(...lines.map((line) => [line.endpoint, line.noticeDays]))
  }
  runtime.clock.now = START
  return found
}
const notices = (...days: number[]) => days.map((each) => ['certificate-notices', each])

test.each([
  ['120 days', 120, [30, 14, 7, 1]],
  ['119 days', 119, [14, 7, 1]],
  ['28 days', 28, [7, 1]],
  ['3 days', 3, []],
])(
  'a certificate that is valid for %s has a notice where its validity is four times as long',
  async (_, days, expected) => {
    expect(await noticesOf([await endingAt(days)])).toEqual(notices(...expected))
  },
)

test('a certificate has no notice if the client uses one that ends later', async () => {
  const later = await endingAt(365, END + 90 * DAY)
  expect(await noticesOf([await endingAt(365), later])).toEqual([])
})

test('the certificates after their first notice are found at any time, and others are not', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  await walk.granted(client, await endingAt(100))
  const { ending } = runtime.store.certificates
  const soon = async (day: number) => {
    const found = await ending.soon(walk.number, addSeconds(START, day * DAY))
    return found.filter(({ note }) => note.client === client.number).map(({ days }) => days)
  }
  expect([await soon(185), await soon(186), await soon(193), await soon(200), await soon(201)]).toEqual([
    ...[[], [14], [7], [0], []],
  ])
})

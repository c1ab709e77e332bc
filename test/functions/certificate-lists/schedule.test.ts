import { createServer } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { refreshOnSchedule } from '../../../functions/certificate-lists/schedule.ts'
import { alarms } from '../../../infra/aws/template/alarms.ts'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { logGroupId } from '../../../infra/aws/template/logical-ids.ts'
import { tablesOf } from '../../../infra/aws/template/tables.ts'
import { listen } from '../../../infra/connections/listen.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { authority } from '../../support/certificate-chain.ts'
import { builtList } from '../../support/certificate-list.ts'
import { START } from '../../support/fixed-runtime.ts'
import { sourceOf } from '../../support/list-source.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { cloudWatch } from '../../infra/aws/cloudwatch/cloudwatch.ts'
import { matches } from '../../infra/aws/cloudwatch/filter-pattern.ts'
import { exampleSettings, type Template } from '../../infra/aws/packaged-template.ts'

const runtime = await testRuntime()
const ca = await authority('Lists CA')
const dateAt = (seconds: number) => new Date((START + seconds) * 1000).toISOString().slice(0, 19) + 'Z'
const list = builtList(ca, { number: 1, thisUpdate: dateAt(0), nextUpdate: dateAt(3600) })
const { port, close } = await listen(createServer((_, response) => response.end(list)))
afterAll(close)

/** The part of the template that watches the list of the source. */
async function watched() {
  const crl = { sources: [{ name: 'clients', issuer: [], address: '' }] }
  const settings = await exampleSettings({ stage: 'prod', crl })
  const { clientsFreshList } = logCounts(settings)
  const { ClientsListAlarm } = alarms(settings, tablesOf({}))
  return { Resources: { clientsFreshList, ClientsListAlarm }, Outputs: {} } as unknown as Template
}
const template = await watched()
const FILTER = template.Resources['clientsFreshList']?.Properties['FilterPattern'] as string
const isCounted = (line: object) => matches(FILTER, { ...line })

test('the scheduled function logs one line for a source, and only a fresh one counts for the alarm', async () => {
  const handler = refreshOnSchedule(runtime)
  expect(handler).toHaveLength(1)
  const { sources } = runtime.store.lists
  const address = `http://127.0.0.1:${port}/ca.crl`
  await sources.changeSources(() => [sourceOf(ca, { name: 'clients', address })])
  await handler({ source: 'clients' })
  const fresh = runtime.logged().at(-1) ?? {}
  expect(fresh).toMatchObject({
    ...{ endpoint: 'certificate-lists', list: 'clients', outcome: 'fresh', changed: 1 },
    ...{ revoked: 0, lifted: 0, ended: 0 },
  })
  expect(isCounted(fresh)).toBe(true)
  expect(isCounted({ ...fresh, list: 'others' })).toBe(false)

  // The list is late by the clock of the function, although it has not changed.
  runtime.clock.now = addSeconds(START, 3601)
  await handler({ source: 'clients' })
  const late = runtime.logged().at(-1) ?? {}
  expect(late).toMatchObject({ list: 'clients', outcome: 'late', changed: 0 })
  expect(isCounted(late)).toBe(false)
})

test('the alarm of a source is raised within two hours after its list is late, and when the function does not run', async () => {
  const { sources } = runtime.store.lists
  const address = `http://127.0.0.1:${port}/ca.crl`
  await sources.changeSources(() => [sourceOf(ca, { name: 'clients', address })])
  const handler = refreshOnSchedule(runtime)
  /** The hour after the start in which the alarm is raised. */
  const raisedAfter = async (runs: (minute: number) => boolean) => {
    const watch = cloudWatch(template)
    for (let minute = 0; minute < 240; minute += 10) {
      runtime.clock.now = addSeconds(START, minute * 60)
      if (runs(minute)) {
        await handler({ source: 'clients' })
        watch.log(logGroupId('certificate-lists'), JSON.stringify(runtime.logged().at(-1)))
      }
      for (let tick = 0; tick < 10; tick++) watch.tick()
      if (watch.raised.size > 0) return Math.floor(minute / 60) + 1
    }
    return undefined
  }
  // The list is fresh for an hour.
  expect(await raisedAfter(() => true)).toBe(3)
  expect(await raisedAfter((minute) => minute < 60)).toBe(2)
  const [source] = await sources.findCurrent()
  const lists = (source?.lists ?? []).map((each) => ({ ...each, nextUpdate: addSeconds(START, 86_400) }))
  await sources.changeSources((all) => all.map((each) => ({ ...each, lists })))
  expect(await raisedAfter(() => true)).toBeUndefined()
})

test.each([
  [{}, 'must have the name of a source'],
  [{ source: 'others' }, 'there is no source others'],
])('the event %j is an error of the function', async (event, message) => {
  await expect(refreshOnSchedule(runtime)(event)).rejects.toThrow(message)
})

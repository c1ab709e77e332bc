import { createServer } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { refreshOnSchedule } from '../../../functions/certificate-lists/schedule.ts'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { listen } from '../../../infra/connections/listen.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { authority } from '../../support/certificate-chain.ts'
import { builtList } from '../../support/certificate-list.ts'
import { START } from '../../support/fixed-runtime.ts'
import { sourceOf } from '../../support/list-source.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { matches } from '../../infra/aws/cloudwatch/filter-pattern.ts'

const runtime = await testRuntime()
const ca = await authority('Lists CA')
const dateAt = (seconds: number) => new Date((START + seconds) * 1000).toISOString().slice(0, 19) + 'Z'
const list = builtList(ca, { number: 1, thisUpdate: dateAt(0), nextUpdate: dateAt(3600) })
const { port, close } = await listen(createServer((_, response) => response.end(list)))
afterAll(close)

const SOURCES = [{ name: 'clients', issuer: [], address: '' }]
const { clientsFreshList } = logCounts({
  ...{ stage: 'prod', mtlsDomain: { name: 'mtls.example.com' } },
  crl: { sources: SOURCES },
})
const isCounted = (line: object) => matches(clientsFreshList?.Properties.FilterPattern ?? '', { ...line })

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

test.each([
  [{}, 'must have the name of a source'],
  [{ source: 'others' }, 'there is no source others'],
])('the event %j is an error of the function', async (event, message) => {
  await expect(refreshOnSchedule(runtime)(event)).rejects.toThrow(message)
})

import { expect, test } from 'vitest'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import { outcome } from '../../support/answers.ts'
import { type Listed, listRecords } from '../../support/audit.ts'
import type { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, openWalk, UNBOUND } from '../../support/walk.ts'

const walk = await testWalk(UNBOUND)
const { runtime } = walk
const BY = credentialId({ digest: digest(walk.secrets.manage) })

const list = (query = '') => listRecords(walk, query)
const wait = (seconds: number) => {
  runtime.clock.now = (runtime.clock.now + seconds) as typeof START
}

test('pages lead through all records, the newest first, also over the end of a month', async () => {
  runtime.clock.now = (Date.UTC(2027, 0, 31, 23, 59, 55) / 1000) as typeof START
  const client = await walk.addClient(BASIC)
  for (let i = 0; i < 12; i++) {
    wait(1)
    await walk.v3('POST', `/client/update/${client.id}`, { ...BASIC, clientName: String(i) })
  }
  const all = (await list(`?clientId=${client.id}`)).records
  expect(all.map(({ requestedAt }) => requestedAt)).toEqual(
    Array.from({ length: 12 }, (_, i) => (runtime.clock.now - i) * 1000),
  )
  const paged: Listed[] = []
  let token: string | undefined
  do {
    const page = await list(
      `?clientId=${client.id}&pageSize=5${token === undefined ? '' : `&pageToken=${token}`}`,
    )
    paged.push(...page.records)
    token = page.nextPageToken
  } while (token !== undefined)
  expect(paged).toEqual(all)
  const half = await list(
    `?clientId=${client.id}&since=${String((runtime.clock.now - 3) * 1000)}&until=${String((runtime.clock.now - 1) * 1000)}`,
  )
  expect(half.records).toEqual(all.slice(1, 4))
  expect((await list(`?credential=${BY}&pageSize=1`)).records).toEqual(all.slice(0, 1))
  expect((await list('?credential=another')).records).toEqual([])
})

test('a record names which of two credentials of the owner has acted, and the filter has one or both', async () => {
  const client = await walk.addClient(BASIC)
  const credential = (apiKey: string) => {
    return { apiKey, apiSecretDigest: digest(apiKey), organizationTokenDigest: digest(apiKey.repeat(30)) }
  }
  await runtime.store.registry.putOwner({ credentials: [credential('11'), credential('22')] })
  for (const key of ['11', '22']) {
    wait(1)
    const authorization = `Bearer ${key.repeat(30)}`
    const path = `/client/lock_flag/update/${client.id}`
    const { status } = await walk.v3('POST', path, { clientLocked: key === '11' }, { authorization })
    expect(status).toBeLessThan(300)
  }
  const names = async (filter: string) =>
    (await list(`?clientId=${client.id}&credential=${filter}`)).records.map((record) => record.credential)
  expect(await names('organization')).toEqual(['organization:22', 'organization:11'])
  expect(await names('organization:11')).toEqual(['organization:11'])
  expect(await names('owner')).toEqual([])
})

test.each([
  ['since=2000&until=1000', '400 A028293'],
  ['since=1&until=2678401001', '400 A028293'],
  ['pageToken=AAAA', '400 A028292'],
  ['pageSize=101', '400 A001294'],
  ['since=yesterday', '400 A001294'],
  ['clientId=nobody', '404 A001218'],
])('%s is refused: %s', async (query, code) => {
  expect(outcome(await walk.v3('GET', `/audit/get/list?${query}`))).toBe(code)
})

test('a service does not see the records of another, and a smaller role sees none', async () => {
  const other = await openWalk(runtime, UNBOUND)
  expect((await other.v3('GET', '/audit/get/list')).json['records']).toEqual([])
  const answer = await walk.v3('GET', '/audit/get/list', undefined, {
    authorization: `Bearer ${walk.secrets.runtime}`,
  })
  expect(outcome(answer)).toBe('403 A001291')
})

import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import { failure } from '../../support/management.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, type Walk } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()

interface Page {
  readonly ids: readonly number[]
  readonly next: string | undefined
}

async function page(walk: Walk, query: string): Promise<Page> {
  const { status, json } = await walk.v3('GET', `/client/get/list?${query}`)
  expect(status).toBe(200)
  const clients = json['clients'] as { clientId: number }[]
  return { ids: clients.map(({ clientId }) => clientId), next: json['nextPageToken'] as string | undefined }
}

/** All pages, with what happens between them. */
async function pages(
  walk: Walk,
  query: string,
  between: (last: Page) => Promise<unknown> = () => Promise.resolve(),
) {
  const all = [await page(walk, query)]
  for (let last = all[0]; last?.next !== undefined; last = all.at(-1)) {
    await between(last)
    all.push(await page(walk, `${query}&pageToken=${last.next}`))
  }
  return all
}

const idsOf = (all: readonly Page[]) => all.flatMap(({ ids }) => ids)

/** @param clients of these numbers of digits */
async function open(clients: readonly number[]) {
  const walk = await openWalk(runtime)
  const ids: number[] = []
  for (const [index, digits] of clients.entries()) {
    const clientId = 10 ** (digits - 1) + 7919 * index
    ids.push((await walk.addClient(BASIC, { clientId })).number)
  }
  return { walk, ids }
}

test('pages have every client once, in the order of their numbers as text', async () => {
  const { walk, ids } = await open([14, 5, 9, 14, 12, 6, 14])
  for (const size of [1, 3, 7, 8, 100]) {
    const all = await pages(walk, `pageSize=${String(size)}`)
    expect(idsOf(all)).toEqual(ids.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)))
    expect(all.map((one) => one.ids.length)).toEqual(
      Array.from({ length: Math.ceil(7 / size) }, (_, at) => Math.min(size, 7 - at * size)),
    )
  }
})

test('clients that are created and deleted between pages neither hide nor repeat another', async () => {
  const { walk, ids } = await open(Array<number>(9).fill(13))
  let digits = 3
  const all = await pages(walk, 'pageSize=2', async ({ ids: [first, last = 0] }) => {
    // Before this page, inside of it, and its last client, behind which the next page begins.
    await walk.addClient(BASIC, { clientId: 10 ** digits++ })
    await walk.addClient(BASIC, { clientId: (first ?? 0) + 1 })
    await walk.v3('DELETE', `/client/delete/${String(last)}`)
  })
  expect(idsOf(all)).toEqual(ids)
})

test('a page costs one query for as many clients as it has, and one more', async () => {
  const { walk } = await open(Array<number>(6).fill(11))
  proxy.passed.length = 0
  const { next = '' } = await page(walk, 'pageSize=2')
  await page(walk, `pageSize=2&pageToken=${next}`)
  const queries = proxy.passed
    .filter(({ operation }) => operation === 'Query')
    .map(({ body }) => body['Limit'])
  expect(queries).toEqual([3, 3])
})

test('a search finds name, alias and number of clients in either case, with and without accents, in ranges and in pages', async () => {
  const walk = await openWalk(runtime)
  const add = async (clientName: string, more = {}) =>
    (await walk.addClient(BASIC, { clientName, ...more })).number
  const payments = await add('Zahlungen ÄÖ', { clientIdAlias: 'Payments-App' })
  const numbered = await add('Numbered', { clientId: 99887766554433 })
  await add('Other')
  for (const [search, found] of [
    ['payments', [payments]],
    ['NTS-a', [payments]],
    ['zahlungen äö', [payments]],
    ['záhlungen ao', [payments]],
    ['8776655', [numbered]],
    ['nobody', []],
    ['.*', []],
  ] as const) {
    const query = `search=${encodeURIComponent(search)}`
    const { json } = await walk.v3('GET', `/client/get/list?${query}`)
    const listed = (json['clients'] as { clientId: number }[]).map(({ clientId }) => clientId)
    expect([search, json['totalCount'], listed]).toEqual([search, found.length, found])
    expect([search, idsOf(await pages(walk, `${query}&pageSize=1`))]).toEqual([search, found])
  }
  expect(idsOf(await pages(walk, 'search=&pageSize=2'))).toHaveLength(3)
})

test('a search looks at a thousand clients in a call, and goes on with the next page', async () => {
  const walk = await openWalk(runtime)
  await putClients(walk.number, 1010)
  const all = await pages(walk, 'search=needle&pageSize=5')
  expect(all.map(({ ids }) => ids)).toEqual([[], [1_000_000_001_009]])
})

/** Only the last one has the name `needle`. */
async function putClients(service: number, count: number): Promise<void> {
  const document = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint: runtime.endpoint }),
  )
  const all = Array.from({ length: count }, (_, at) => {
    const clientId = 1e12 + at
    const record = { clientId, clientName: at === count - 1 ? 'needle' : 'hay' }
    return { PutRequest: { Item: { pk: `client#${String(service)}`, sk: String(clientId), record } } }
  })
  for (let at = 0; at < count; at += 25) {
    const items = all.slice(at, at + 25)
    await document.send(new BatchWriteCommand({ RequestItems: { [runtime.settings.registryTable]: items } }))
  }
  document.destroy()
}

test('a malformed page token, and a range beside a page, are refused by name', async () => {
  const { walk } = await open([10, 11, 12])
  const { next = '' } = await page(walk, 'pageSize=1')
  const list = async (query: string) => {
    const answer = await walk.v3('GET', `/client/get/list?${query}`)
    return `${failure(answer)} ${String(answer.json['resultMessage']).includes('pageToken') ? 'pageToken' : ''}`.trim()
  }
  for (const text of [
    'x',
    `${next}A`,
    next.slice(1),
    `B${next.slice(1)}`,
    '4711',
    'AQAAAAAAAA',
    `${next}%3D`,
  ])
    expect([text, await list(`pageToken=${text}`)]).toEqual([text, '400 A028292 pageToken'])
  for (const range of ['start=0', 'end=5'])
    expect(await list(`${range}&pageToken=${next}`)).toBe('400 A001297')
  for (const wrong of ['pageSize=0', 'pageSize=101', 'pageSize=x', `search=${'x'.repeat(201)}`])
    expect([wrong, await list(wrong)]).toEqual([wrong, '400 A001294'])
  expect((await page(walk, `pageToken=${next}`)).ids).toHaveLength(2)
})

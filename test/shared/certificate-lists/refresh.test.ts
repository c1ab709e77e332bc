import { expect, test } from 'vitest'
import { refreshSource } from '../../../shared/certificate-lists/refresh.ts'
import { SourceBusy } from '../../../shared/certificate-lists/run.ts'
import { parseSerialNumber, type SerialNumber } from '../../../shared/certificate/serial-number.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { isFresh, type ListSource } from '../../../shared/store/lists/sources.ts'
import { authority } from '../../support/certificate-chain.ts'
import { element } from '../../support/built-certificate.ts'
import { type BuiltEntry, type BuiltList, builtList, extension } from '../../support/certificate-list.ts'
import { START } from '../../support/fixed-runtime.ts'
import { ADDRESS, listReader, type Published, sourceOf } from '../../support/list-source.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const runtime = await testRuntime()
const ca = await authority('Lists CA')

const dateAt = (seconds: number) => new Date((START + seconds) * 1000).toISOString().slice(0, 19) + 'Z'
const listOf = (number: number, entries: readonly BuiltEntry[] = [], more: BuiltList = {}) =>
  builtList(ca, {
    number,
    entries,
    thisUpdate: dateAt(number * 10),
    nextUpdate: dateAt(86_400),
    ...more,
  })

/** A source of its own, whose lists the test publishes. */
async function open(name: string, more: Partial<ListSource> = {}) {
  const published: Published = new Map()
  const reader = listReader(runtime, published)
  const { sources, buckets } = runtime.store.lists
  await sources.changeSources((others) => [...others, sourceOf(ca, { name, ...more })])
  const publish = (list: Buffer, address = ADDRESS) => void published.set(address, list)
  return {
    publish,
    remove: (address: string) => void published.delete(address),
    reader,
    refresh: () => refreshSource(name, reader),
    current: async () => (await sources.findCurrent()).find((each) => each.name === name) as ListSource,
    reasonOf: (serial: string) => buckets.findReason(name, parseSerialNumber(serial) as SerialNumber),
  }
}

test('a list is read into its buckets, and a newer one changes only buckets that differ', async () => {
  const { publish, refresh, reasonOf, current } = await open('newer')
  const stays = Array.from({ length: 50 }, (_, i) => ({ serial: (i + 1).toString(16).padStart(2, '0') }))
  publish(
    listOf(1, [
      ...stays,
      { serial: '7f01', reason: 'keyCompromise' },
      { serial: '7f02', reason: 'certificateHold' },
    ]),
  )
  expect((await refresh()).changed).toBe(1)
  expect(await reasonOf('7F:01')).toBe('keyCompromise')
  expect(await reasonOf('7f02')).toBe('certificateHold')
  expect(await reasonOf('01')).toBe('unspecified')
  expect(await reasonOf('7f03')).toBeUndefined()
  const before = await runtime.tables.registry.scan()

  publish(listOf(2, [{ serial: '7f03' }, { serial: '7f01', reason: 'keyCompromise' }, ...stays]))
  await refresh()
  expect(await reasonOf('7f02')).toBeUndefined()
  expect(await reasonOf('7f03')).toBe('unspecified')
  const after = await runtime.tables.registry.scan()
  const attempts = new Set(before.map(({ attempt }) => attempt))
  const written = after.filter(
    ({ pk, attempt }) => String(pk).startsWith('listed#newer') && !attempts.has(attempt),
  )
  expect(written).toHaveLength(2)
  expect((await current()).lists).toMatchObject([{ number: '2', count: 52, thisUpdate: START + 20 }])
})

test('a list that has not changed writes nothing', async () => {
  const { publish, refresh } = await open('same')
  publish(listOf(1, [{ serial: '01' }]))
  await refresh()
  const before = await runtime.tables.registry.scan()
  expect((await refresh()).changed).toBe(0)
  expect(await runtime.tables.registry.scan()).toEqual(before)
})

test.each<[string, Buffer, string]>([
  ['older', listOf(1, [{ serial: '02' }]), 'is older'],
  ['with an older date', listOf(3, [{ serial: '02' }], { thisUpdate: dateAt(10) }), 'is older'],
  ['from another issuer', builtList(await authority('Other CA'), { number: 3 }), 'is from another issuer'],
  [
    'from another CA with the same name',
    builtList(await authority('Lists CA'), { number: 3 }),
    'another key',
  ],
  ['not signed', listOf(3, [], { signedWith: (await authority('Forger')).privateKey }), 'a wrong signature'],
  ['the page of a proxy', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'not a certificate list'],
  ['cut off', listOf(3).subarray(0, -1), 'not a certificate list'],
  [
    'with an unknown critical extension of an entry',
    listOf(3, [{ serial: '02', extensions: [extension('2a0304', element(0x05), true)] }]),
    'an entry with a critical extension',
  ],
  [
    'a part',
    listOf(3, [], { point: 'http://lists.example.com/part.crl' }),
    'only for its distribution point',
  ],
])('a list that is %s changes only the problem of its source', async (fault, list, problem) => {
  const { publish, refresh, reasonOf, current } = await open(fault.replaceAll(' ', '-'))
  publish(listOf(2, [{ serial: '01' }]))
  const { source } = await refresh()
  publish(list)
  await refresh()
  expect(await reasonOf('01')).toBe('unspecified')
  expect(await reasonOf('02')).toBeUndefined()
  const { problem: found, ...others } = await current()
  expect(found).toContain(problem)
  expect(others).toEqual(source)
})

test('an operator accepts an older list once', async () => {
  const { publish, refresh, reasonOf, reader } = await open('restored')
  publish(listOf(9, [{ serial: '01' }]))
  await refresh()
  publish(listOf(5, [{ serial: '05' }]))
  await refreshSource('restored', { ...reader, acceptOlder: true })
  expect(await reasonOf('05')).toBe('unspecified')
  publish(listOf(4))
  expect((await refresh()).source.problem).toContain('is older')
})

test('a list that cannot be fetched stays as it was, and the problem goes with the next success', async () => {
  const { publish, refresh, reasonOf } = await open('away')
  expect((await refresh()).source).toMatchObject({
    lists: [],
    problem: `${ADDRESS}: the address answers with the status 404`,
  })
  publish(listOf(1, [{ serial: '01' }]))
  expect((await refresh()).source.problem).toBeUndefined()
  expect(await reasonOf('01')).toBe('unspecified')
})

test('a folder has parts, each of which must name its own distribution point, and a wrong part does not stop the others', async () => {
  const folder = 's3://lists/ca/'
  const points = 'http://lists.example.com/ca/'
  const { publish, refresh, reasonOf, current } = await open('folder', {
    address: folder,
    distributionPoint: points,
  })
  publish(
    listOf(1, [{ serial: '01' }, { serial: '0a', reason: 'certificateHold' }], { point: `${points}1.crl` }),
    `${folder}1.crl`,
  )
  publish(listOf(1, [{ serial: '02' }], { point: `${points}2.crl` }), `${folder}2.crl`)
  publish(listOf(1, [{ serial: '03' }], { point: `${points}2.crl` }), `${folder}3.crl`)
  const { source, changed } = await refresh()
  expect(changed).toBe(2)
  expect(source.problem).toBe(
    's3://lists/ca/3.crl: the list does not name the distributionPoint of its source',
  )
  const reasons = await Promise.all(['01', '02', '03', '0a'].map(reasonOf))
  expect(reasons).toEqual(['unspecified', 'unspecified', undefined, 'certificateHold'])
  // A hold that is in one part only ends when it leaves this part.
  publish(listOf(2, [{ serial: '02' }], { point: `${points}2.crl` }), `${folder}2.crl`)
  await refresh()
  expect(await reasonOf('0a')).toBe('certificateHold')
  publish(listOf(2, [{ serial: '01' }], { point: `${points}1.crl` }), `${folder}1.crl`)
  await refresh()
  expect(await reasonOf('0a')).toBeUndefined()
  expect(
    (await current()).lists.map(({ distributionPoint, number }) => [distributionPoint, number]).sort(),
  ).toEqual([
    [`${points}1.crl`, '2'],
    [`${points}2.crl`, '2'],
  ])
})

test('a part that is missing from its folder stays as it was, and becomes late', async () => {
  const [folder, points] = ['s3://lists/lost/', 'http://lists.example.com/lost/']
  const { publish, remove, refresh, reasonOf } = await open('lost', {
    address: folder,
    distributionPoint: points,
  })
  expect((await refresh()).source.problem).toBe(`${folder}: the address has no object that ends with .crl`)
  const part = (name: string, number: number, serial: string, more: BuiltList = {}) =>
    publish(listOf(number, [{ serial }], { point: `${points}${name}.crl`, ...more }), `${folder}${name}.crl`)
  part('1', 1, '01')
  part('2', 1, '02')
  expect((await refresh()).source.problem).toBeUndefined()
  remove(`${folder}2.crl`)
  part('1', 2, '03', { nextUpdate: dateAt(90_000) })
  const { source } = await refresh()
  expect(source.problem).toBe(`${folder}: the address no longer has the list of ${points}2.crl`)
  const reasons = await Promise.all(['01', '02', '03'].map(reasonOf))
  expect(reasons).toEqual([undefined, 'unspecified', 'unspecified'])
  expect([86_400, 86_401].map((later) => isFresh(source, START + later))).toEqual([true, false])
})

test('only one run writes at a time, and the next one repeats a run that did not end', async () => {
  const { publish, refresh, reasonOf, current, reader } = await open('runs')
  publish(listOf(1, [{ serial: '01' }, { serial: '02' }]))
  const cut = { ...reader, pause: () => Promise.reject(new Error('the process ends')) }
  await expect(refreshSource('runs', cut)).rejects.toThrow('the process ends')
  await expect(refresh()).rejects.toThrow(SourceBusy)
  runtime.clock.now = addSeconds(START, 301)
  await refresh()
  expect([await reasonOf('01'), await reasonOf('02')]).toEqual(['unspecified', 'unspecified'])
  expect((await current()).run).toBeUndefined()
})

test('a run that another one has overtaken since it fetched its list writes nothing, so no list goes back', async () => {
  const { publish, reader, refresh, reasonOf, current } = await open('overtaken')
  publish(listOf(1))
  await refresh()
  publish(listOf(2))
  const fetchSlowly = async (address: string) => {
    const fetched = await reader.fetch(address, undefined)
    publish(listOf(3, [{ serial: '01' }]))
    await refresh()
    return fetched
  }
  await expect(refreshSource('overtaken', { ...reader, fetch: fetchSlowly })).rejects.toThrow(SourceBusy)
  expect(await reasonOf('01')).toBe('unspecified')
  expect((await current()).lists).toMatchObject([{ number: '3' }])
})

test('a list that was read with keys that have changed since is read again with the present ones', async () => {
  const { publish, reader, refresh, current } = await open('changed')
  const { sources } = runtime.store.lists
  const more = { issuers: [], knownFrom: addSeconds(START, 1000) }
  publish(listOf(1, [{ serial: '01' }]))
  const change = () => sources.changeSource('changed', (source) => ({ ...source, ...more }))
  await refreshSource('changed', { ...reader, pause: change })
  expect((await current()).lists).toEqual([])
  expect((await refresh()).source.problem).toContain('from another issuer')
})

test('a run that takes too long stops before another one may begin', async () => {
  const { publish, reader } = await open('slow')
  const entries = ['01', '02', '03', '04', '05'].map((serial) => ({ serial }))
  publish(listOf(1, entries))
  const slow = { ...reader, pause: () => Promise.resolve((runtime.clock.now = addSeconds(START, 241))) }
  await expect(refreshSource('slow', slow)).rejects.toThrow('takes too long')
})

test('a process that reads sources from its cache sees a change of another process after the time of the cache', async () => {
  const { sources } = runtime.store.lists
  const before = await sources.find()
  await runtime.tables.registry.put({ pk: 'lists', sk: 'sources', record: { sources: [] } })
  expect(await sources.find()).toEqual(before)
  runtime.clock.now = addSeconds(START, 11)
  expect(await sources.find()).toEqual([])
})

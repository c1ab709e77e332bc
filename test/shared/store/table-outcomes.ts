import { expect, test } from 'vitest'
import { Table } from '../../../shared/store/table.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

export async function tableOutcomes(engine: Engine) {
  let attempts = 0
  const tested = await storeUnderTest(engine)
  const { grantsTable } = tested.runtime.settings
  const table = new Table(tested.dynamodb, grantsTable, () => `attempt ${(attempts += 1)}`)

  test('remove is done when the item holds the demanded values', async () => {
    await table.replace({ client: 1 }, { id: 'a' })
    expect(await table.remove({ id: 'a' }, { client: 1 })).toEqual({ done: true })
    expect(await table.find({ id: 'a' })).toBeUndefined()
  })

  test('remove is done when there is no item', async () => {
    expect(await table.remove({ id: 'none' }, { client: 1 })).toEqual({ done: true })
  })

  test('remove is lost when another item is there, which stays', async () => {
    await table.replace({ client: 2 }, { id: 'b' })
    const current = await table.find({ id: 'b' })
    expect(await table.remove({ id: 'b' }, { client: 1 })).toEqual({ done: false, current })
    expect(await table.find({ id: 'b' })).toEqual(current)
  })

  test('create is lost when the key is taken', async () => {
    expect(await table.create({ client: 1 }, { id: 'c' })).toEqual({ done: true })
    const current = await table.find({ id: 'c' })
    expect(await table.create({ client: 2 }, { id: 'c' })).toEqual({ done: false, current })
    expect(await table.find({ id: 'c' })).toEqual(current)
  })

  test('update sets and removes the named attributes, and keeps all others', async () => {
    await table.create({ client: 1, old: 'a', kept: ['b'], count: 3 }, { id: 'd' })
    const change = { old: undefined, absent: undefined, count: 4, added: { c: true } }
    expect(await table.update({ id: 'd' }, change, { client: 1, count: 3 })).toEqual({ done: true })
    const attempt = `attempt ${attempts}`
    expect(await table.find({ id: 'd' })).toEqual({
      ...{ id: 'd', client: 1, kept: ['b'], count: 4, added: { c: true } },
      attempt,
    })
  })

  test('update demands every value that must be stored', async () => {
    await table.create({ client: 1, count: 3 }, { id: 'e' })
    const current = await table.find({ id: 'e' })
    for (const stored of [
      { client: 1, count: 4 },
      { client: 2, count: 3 },
      { client: 1, absent: 1 },
    ]) {
      expect(await table.update({ id: 'e' }, { count: 9 }, stored)).toEqual({ done: false, current })
    }
  })

  test('a write that demands nothing is never sent', async () => {
    await expect(table.update({ id: 'f' }, { count: 1 }, {})).rejects.toThrow('needs a stored value')
    await expect(table.remove({ id: 'f' }, {})).rejects.toThrow('needs a stored value')
    expect(await table.find({ id: 'f' })).toBeUndefined()
  })

  test('an item of another key is a failure of the store, also behind a condition that failed', async () => {
    for (const id of ['f1', 'f2']) await table.replace({ client: 1 }, { id })
    const { dynamodb } = tested
    const get: typeof dynamodb.get = (input) => dynamodb.get({ ...input, Key: { id: 'f1' } })
    const crossed = new Table({ ...dynamodb, get }, grantsTable, () => 'attempt')
    expect(await crossed.find({ id: 'f1' })).toMatchObject({ client: 1 })
    for (const answer of [
      () => crossed.find({ id: 'f2' }),
      () => crossed.create({}, { id: 'f2' }),
      () => crossed.update({ id: 'f2' }, { client: 3 }, { client: 2 }),
      () => crossed.remove({ id: 'f2' }, { client: 2 }),
    ])
      await expect(answer()).rejects.toBeInstanceOf(StoreUnavailable)
  })

  test('findAll keeps the order of the keys, and the gaps', async () => {
    const ids = ['g3', 'g1', 'none', 'g2']
    for (const id of ['g1', 'g2', 'g3']) await table.replace({}, { id })
    const found = await table.findAll(ids.map((id) => ({ id })))
    expect(found.map((item) => item?.['id'])).toEqual(['g3', 'g1', undefined, 'g2'])
  })
}

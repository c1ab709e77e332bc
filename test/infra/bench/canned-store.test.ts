import { expect, test } from 'vitest'
import { cannedAnswers } from '../../../infra/bench/canned-store.ts'

function recorded() {
  const asked: string[] = []
  const call = (name: string) => {
    asked.push(name)
    return Promise.resolve(`${name} ${asked.length}`)
  }
  const keyOf = (name: string) => (name.startsWith('read') ? name : undefined)
  return { asked, ...cannedAnswers(call, keyOf, 'done') }
}

test('canned answers pass every call on before the replay', async () => {
  const { answer, asked } = recorded()
  expect([await answer('read a'), await answer('write'), await answer('read a')]).toEqual([
    'read a 1',
    'write 2',
    'read a 3',
  ])
  expect(asked).toHaveLength(3)
})

test('in the replay a read gets its last answer, a write gets the given one, and nothing is called', async () => {
  const { answer, asked, replay } = recorded()
  await answer('read a')
  await answer('read a')
  replay()
  expect([await answer('read a'), await answer('read a'), await answer('write')]).toEqual([
    'read a 2',
    'read a 2',
    'done',
  ])
  expect(asked).toHaveLength(2)
})

test('in the replay a read that was not made before fails', async () => {
  const { answer, replay } = recorded()
  replay()
  await expect(answer('read b')).rejects.toThrow('a read that was not made before')
})

import { expect, test } from 'vitest'
import { cannedAnswers } from '../../../infra/bench/canned-answers.ts'

function recorded() {
  const asked: string[] = []
  const call = (name: string) => {
    asked.push(name)
    return Promise.resolve(`${name} ${asked.length}`)
  }
  const keyOf = (name: string) => (name.startsWith('read') ? name : undefined)
  return { asked, ...cannedAnswers(call, keyOf, 'done') }
}

test('passes every call on before the replay', async () => {
  const { answer, asked } = recorded()
  expect([await answer('read a'), await answer('write'), await answer('read a')]).toEqual([
    'read a 1',
    'write 2',
    'read a 3',
  ])
  expect(asked).toHaveLength(3)
})

test('answers a read as it was answered last, and a write with what it was told, without a call', async () => {
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

test('knows no answer to a read that was not made before', async () => {
  const { answer, replay } = recorded()
  replay()
  await expect(answer('read b')).rejects.toThrow('a read that was not made before')
})

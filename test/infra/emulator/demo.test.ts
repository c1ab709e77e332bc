import { expect, test } from 'vitest'
import { demonstration } from '../../../infra/emulator/demo-steps.ts'
import { startCommand } from './started-command.ts'

test("npm run demo walks the article's flow, shows its thumbprint and exits with 0", async () => {
  const command = startCommand(['demo'])
  expect(await command.ended).toBe(0)
  expect(command.stdout()).toContain('"certificateThumbprint":"OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw"')
  expect(command.stdout()).toContain('All 27 steps gave the expected result.')
  expect(command.stdout()).not.toContain('NOT ')
  expect(command.stderr()).toBe('')
})

test('the demonstration counts wrong answers', async () => {
  const lines: string[] = []
  const { show, showRefusedConnection, failures } = demonstration((line) => lines.push(line))
  const send = () => Promise.resolve({ status: 200, headers: {}, text: '{"responseContent":"{\\"a\\":1}"}' })
  await show({ title: 'right', request: '', send, expect: { status: 200, 'responseContent/a': 1 } })
  expect(failures()).toBe(0)
  await show({ title: 'wrong', request: '', send, expect: { status: 401, 'responseContent/a': 2 } })
  await showRefusedConnection({ title: 'let in', request: '', send })
  expect(failures()).toBe(3)
  expect(lines.filter((line) => line.includes('NOT '))).toHaveLength(3)
})

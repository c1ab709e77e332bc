import { describe, expect, test } from 'vitest'
import { demonstration } from '../../../infra/emulator/demo-steps.ts'
import { runScript } from '../../support/script.ts'

describe('npm run demo', () => {
  test("walks the article's flow, shows its thumbprint and exits with 0", async () => {
    const script = runScript('infra/emulator/demo.ts')
    expect(await script.ended).toBe(0)
    expect(script.stdout()).toContain('"certificateThumbprint":"OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw"')
    expect(script.stdout()).toContain('All 26 steps are as they must be.')
    expect(script.stdout()).not.toContain('NOT ')
    expect(script.stderr()).toBe('')
  }, 60_000)

  test('counts what is not as it must be', async () => {
    const lines: string[] = []
    const { show, showRefusedConnection, failures } = demonstration((line) => lines.push(line))
    const send = () =>
      Promise.resolve({ status: 200, headers: {}, text: '{"responseContent":"{\\"a\\":1}"}' })
    await show({ title: 'right', request: '', send, expect: { status: 200, 'responseContent/a': 1 } })
    expect(failures()).toBe(0)
    await show({ title: 'wrong', request: '', send, expect: { status: 401, 'responseContent/a': 2 } })
    await showRefusedConnection('answered', '', send)
    expect(failures()).toBe(3)
    expect(lines).toContain('   NOT  status is 401, but 200')
  })
})

import { describe, expect, test } from 'vitest'
import { runScript } from '../../support/script.ts'

const INVOKE = 'infra/emulator/invoke.ts'

async function invoke(...parameters: string[]) {
  const script = runScript(INVOKE, parameters)
  return { code: await script.ended, stdout: script.stdout(), stderr: script.stderr() }
}

describe('npm run invoke', () => {
  test.each(['httpapi-v2-mtls', 'rest-v1-mtls'])(
    'runs the deployed token handler on %s.json',
    async (event) => {
      const { code, stdout } = await invoke('token', `test/events/${event}.json`)
      expect(code).toBe(0)
      expect(stdout).toContain('"statusCode": 200')
      expect(stdout).toContain('"thumbprint":"2xpl2NpM9QOJKSKrVLab9n3x9whGKOrRIO15pyd4Xbw"')
    },
  )

  test.each(['httpapi-v2-plain', 'httpapi-v2-execute-api', 'rest-v1-plain'])(
    'refuses the mutual-TLS client of %s.json, which brings no certificate',
    async (event) => {
      const { code, stdout } = await invoke('token', `test/events/${event}.json`)
      expect(code).toBe(0)
      expect(stdout).toContain('"statusCode": 401')
      expect(stdout).toContain('"reason":"tls-certificate-missing"')
    },
  )

  test.each([
    ['authorizer-v2-mtls', '"isAuthorized": false'],
    ['authorizer-v1-mtls', '"Effect": "Deny"'],
  ])('runs the authorizer on %s.json, whose token nobody has issued', async (event, answer) => {
    const { code, stdout } = await invoke('authorizer', `test/events/${event}.json`)
    expect(code).toBe(0)
    expect(stdout).toContain(answer)
    expect(stdout).toContain('"reason":"token-unknown"')
  })

  test('says in one line what is wrong', async () => {
    const unknown = await invoke('nope', 'test/events/rest-v1-mtls.json')
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toMatch(/^invoke: there is no function nope.*\n$/)
    const absent = await invoke('token', 'absent.json')
    expect(absent).toMatchObject({ code: 1, stderr: 'invoke: absent.json is no readable JSON file\n' })
  })
}, 60_000)

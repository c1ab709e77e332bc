import { expect, test } from 'vitest'
import { runScript } from '../../support/script.ts'
import { startCommand } from './started-command.ts'

/** The result of the handler. */
async function invoke(name: string, event: string) {
  const command = startCommand(['invoke', name, `test/events/${event}.json`], { LOG_LEVEL: 'silent' })
  expect(await command.ended).toBe(0)
  return JSON.parse(command.stdout()) as Record<string, unknown>
}

test.each([
  ['httpapi-v2-mtls', 200, '"thumbprint":"2xpl2NpM9QOJKSKrVLab9n3x9whGKOrRIO15pyd4Xbw"'],
  ['httpapi-v2-plain', 401, '"reason":"tls-certificate-missing"'],
  ['httpapi-v2-execute-api', 401, '"reason":"tls-certificate-missing"'],
  ['rest-v1-plain', 401, '"reason":"tls-certificate-missing"'],
])('npm run invoke: the token handler answers %s.json with %s and logs %s', async (event, status, logged) => {
  const script = runScript('infra/certbound.ts', ['invoke', 'token', `test/events/${event}.json`])
  expect(await script.ended).toBe(0)
  expect(script.stdout()).toContain(`"statusCode": ${status}`)
  expect(script.stdout()).toContain(logged)
})

test.each(['httpapi-v2-mtls', 'rest-v1-mtls'])(
  'npm run invoke: the client of %s.json gets a token with its certificate',
  async (event) => {
    const { statusCode, body } = await invoke('token', event)
    expect(statusCode).toBe(200)
    expect(body).toContain('"access_token"')
  },
)

test.each([
  ['authorizer-v2-mtls', { isAuthorized: false }],
  ['authorizer-v1-mtls', { policyDocument: { Statement: [{ Effect: 'Deny' }] } }],
])(
  'npm run invoke: the authorizer denies the event of %s.json, whose token nobody has issued',
  async (event, answer) => {
    expect(await invoke('authorizer', event)).toMatchObject(answer)
  },
)

test('npm run invoke names an unknown function, and a file that is not JSON, in one line', async () => {
  const unknown = startCommand(['invoke', 'nope', 'test/events/rest-v1-mtls.json'])
  expect(await unknown.ended).toBe(1)
  expect(unknown.stderr()).toMatch(/^invoke: unknown function nope.*\n$/)
  const absent = startCommand(['invoke', 'token', 'absent.json'])
  expect(await absent.ended).toBe(1)
  expect(absent.stderr()).toBe('invoke: absent.json cannot be read as JSON\n')
})

test('npm run invoke without an event shows how it is used', async () => {
  const command = startCommand(['invoke', 'token'])
  expect(await command.ended).toBe(1)
  expect(command.stderr()).toContain('FUNCTION EVENT.json')
  expect(command.stderr()).toMatch(/^certbound invoke: /)
})

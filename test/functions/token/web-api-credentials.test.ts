import { describe, expect, test } from 'vitest'
import { later } from '../../../shared/epoch-seconds.ts'
import { digest } from '../../../shared/store/digest.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { openWalk } from '../../support/walk.ts'

type Role = 'introspect' | 'runtime' | 'manage'

const walk = await testWalk()
const { runtime } = walk

const NEEDED: readonly (readonly [api: string, role: Role])[] = [
  ['/auth/authorization', 'runtime'],
  ['/auth/authorization/issue', 'runtime'],
  ['/auth/token', 'runtime'],
  ['/auth/introspection', 'introspect'],
  ['/auth/introspection/standard', 'introspect'],
]
const ROLES: readonly Role[] = ['introspect', 'runtime', 'manage']
const VERSIONS = ['v2', 'v3'] as const

const basicOf = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** Status, scheme of the challenge and body of a call with this `Authorization` header. */
async function refused(version: 'v2' | 'v3', api: string, authorization?: string | readonly string[]) {
  const v3 = { route: `/api/{serviceId}${api}`, pathParameters: { serviceId: walk.serviceId } }
  const { status, headers, json } = await walk.send(
    {
      ...(version === 'v3' ? v3 : { route: `/api${api}` }),
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: '{}',
    },
    '1.0',
  )
  return { status, challenge: headers['www-authenticate'], json }
}

describe.each(NEEDED)('%s', (api, needed) => {
  test.each(ROLES.flatMap((role) => VERSIONS.map((version) => [role, version] as const)))(
    'the role %s on %s gets the answer that it may have',
    async (role, version) => {
      const { status, json } = await walk.call(api, {}, { version, secret: walk.secrets[role] })
      if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) {
        expect(status).toBe(200)
      } else {
        expect([status, json]).toEqual([
          403,
          {
            resultCode: 'A001291',
            resultMessage: `[A001291] ${api}, The credentials do not have the role that this API requires.`,
          },
        ])
      }
    },
  )

  test.each(VERSIONS)('a call without credentials on %s is refused', async (version) => {
    expect(await refused(version, api)).toEqual({
      status: 401,
      challenge: version === 'v2' ? 'Basic realm="certbound"' : 'Bearer',
      json: { resultCode: 'A001202', resultMessage: `[A001202] ${api}, Authorization header is missing.` },
    })
  })
})

const MALFORMED = 'Credentials in Authorization header are malformed.'

test.each([
  ['are a Bearer token', () => `Bearer ${walk.secrets.manage}`, 'A001203', MALFORMED],
  ['are not base64', () => 'Basic ???', 'A001203', MALFORMED],
  ['have no colon', () => `Basic ${Buffer.from('x').toString('base64')}`, 'A001203', MALFORMED],
  ['are empty', () => '', 'A001203', MALFORMED],
  [
    'are of no service',
    () => basicOf('1', walk.secrets.manage),
    'A003201',
    'No service has the API credentials.',
  ],
  [
    'are no number',
    () => basicOf('x', walk.secrets.manage),
    'A003201',
    'No service has the API credentials.',
  ],
  [
    'are wrong',
    () => basicOf(walk.serviceId, 'wrong'),
    'A003204',
    'The API credentials do not match those of the service.',
  ],
])('credentials of v2 are refused that %s', async (_name, header, resultCode, message) => {
  expect(await refused('v2', '/auth/token', header())).toEqual({
    status: 401,
    challenge: 'Basic realm="certbound"',
    json: { resultCode, resultMessage: `[${resultCode}] /auth/token, ${message}` },
  })
})

test.each([
  ['is Basic credentials', () => basicOf(walk.serviceId, walk.secrets.manage), 'A001203'],
  ['is empty', () => 'Bearer ', 'A001203'],
  ['is two', () => `Bearer ${walk.secrets.manage} ${walk.secrets.manage}`, 'A001203'],
  ['is wrong', () => 'Bearer wrong', 'A458101'],
  ['is the digest of the right one', () => `Bearer ${digest(walk.secrets.manage)}`, 'A458101'],
])('a token of v3 is refused that %s', async (_name, header, resultCode) => {
  const { status, challenge, json } = await refused('v3', '/auth/introspection', header())
  expect([status, challenge, json['resultCode']]).toEqual([401, 'Bearer', resultCode])
  expect(json['resultMessage']).toMatch(new RegExp(`^\\[${resultCode}\\] /auth/introspection, `))
})

test('a token of v3 in two headers is refused', async () => {
  const header = `Bearer ${walk.secrets.manage}`
  expect((await refused('v3', '/auth/token', [header, header])).json['resultCode']).toBe('A001203')
})

test('a token of v3 of another service is refused', async () => {
  const elsewhere = await openWalk(runtime)
  const answer = await refused('v3', '/auth/token', `Bearer ${elsewhere.secrets.manage}`)
  expect([answer.status, answer.json['resultCode']]).toEqual([401, 'A458101'])
})

test.each(['0', '007', '1e3', '-1', '1.5', '99999999999999999', '__proto__', 'x'])(
  'a token of v3 is refused for the service %s',
  async (serviceId) => {
    const { status, json } = await walk.send({
      route: '/api/{serviceId}/auth/token',
      pathParameters: { serviceId },
      headers: { authorization: `Bearer ${walk.secrets.manage}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expect([status, json['resultCode']]).toEqual([401, 'A458101'])
  },
)

test.each([
  [-1, 200],
  [0, 401],
  [1, 401],
])('credentials %i s from their end: %i', async (seconds, expected) => {
  const secret = 'a-credential-that-ends'
  await walk.setService({
    credentials: [{ digest: digest(secret), role: 'manage', expiresAt: later(START, 100) }],
  })
  runtime.clock.now = later(START, 100 + seconds)
  for (const version of VERSIONS) {
    expect((await walk.call('/auth/introspection', {}, { version, secret })).status).toBe(expected)
  }
})

test('credentials that were taken away are refused', async () => {
  await walk.setService({ credentials: [] })
  expect((await walk.call('/auth/introspection', {})).status).toBe(401)
})

import { describe, expect, test } from 'vitest'
import { serviceByCredentials } from '../../../shared/authentication/api-caller.ts'
import { digest } from '../../../shared/store/digest.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import type { Role } from '../../../shared/store/service.ts'
import { around } from '../../support/test-call.ts'
import { START } from '../../support/fixed-runtime.ts'
import { httpRequest } from '../../support/http-request.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const SERVICE = 21653835348762
const OTHER_SERVICE = 21653835348763
const SECRETS = {
  manage: 'manage-secret',
  runtime: 'runtime-secret',
  introspect: 'introspect-secret',
} as const
const EXPIRES = addSeconds(START, 100)

const runtime = await testRuntime()
const { registry } = runtime.store
const credentials = Object.entries(SECRETS).map(([role, secret]) => ({
  digest: digest(secret),
  role: role as Role,
}))
await registry.putService({
  apiKey: SERVICE,
  issuer: 'https://as.example.com',
  credentials: [...credentials, { digest: digest('short-lived'), role: 'manage', expiresAt: EXPIRES }],
})
await registry.putService({
  apiKey: OTHER_SERVICE,
  issuer: 'https://other.example.com',
  credentials: [{ digest: digest('other-secret'), role: 'manage' }],
})

const request = (authorization: string[], serviceId?: string) =>
  httpRequest({ headers: { authorization }, pathParameters: serviceId === undefined ? {} : { serviceId } })
const basic = (id: string | number, secret: string) =>
  `Basic ${Buffer.from(`${String(id)}:${secret}`).toString('base64')}`

const v2 = (authorization: string, role: Role = 'introspect') =>
  serviceByCredentials(request([authorization]), role, around(runtime))
const v3 = (authorization: string, role: Role = 'introspect', serviceId = String(SERVICE)) =>
  serviceByCredentials(request([authorization], serviceId), role, around(runtime))
const refused = (reason: string) => expect.objectContaining({ reason }) as Error

test('Basic credentials (v2) find the service that they name', async () => {
  expect((await v2(basic(SERVICE, SECRETS.manage))).service.apiKey).toBe(SERVICE)
  expect((await v2(basic(OTHER_SERVICE, 'other-secret'))).service.apiKey).toBe(OTHER_SERVICE)
})

test.each([
  ['an unknown service', basic(1, SECRETS.manage), 'service-unknown'],
  ['a name that is not a number', basic('abc', SECRETS.manage), 'service-unknown'],
  ['a number with a zero in front', basic(`0${SERVICE}`, SECRETS.manage), 'service-unknown'],
  ['a number with a space', basic(`${SERVICE}%20`, SECRETS.manage), 'service-unknown'],
  ['another spelling of the number', basic('2.1653835348762e13', SECRETS.manage), 'service-unknown'],
  ['a negative number', basic(-SERVICE, SECRETS.manage), 'service-unknown'],
  ['a number without end', basic('9'.repeat(400), SECRETS.manage), 'service-unknown'],
  ['a wrong secret', basic(SERVICE, 'wrong'), 'service-secret-wrong'],
  ['an empty secret', basic(SERVICE, ''), 'service-secret-wrong'],
  ['a part of the secret', basic(SERVICE, 'manage-secre'), 'service-secret-wrong'],
  ['the digest of the secret', basic(SERVICE, digest(SECRETS.manage)), 'service-secret-wrong'],
  ['the secret of another service', basic(SERVICE, 'other-secret'), 'service-secret-wrong'],
  ['a Bearer token', `Bearer ${SECRETS.manage}`, 'credentials-malformed'],
  ['something malformed', 'Basic ???', 'credentials-malformed'],
  ['an empty header', '', 'credentials-malformed'],
])('Basic credentials (v2) are refused for %s', async (_what, header, reason) => {
  await expect(v2(header)).rejects.toThrow(refused(reason))
})

test('a Bearer token (v3) belongs to the service of the path', async () => {
  expect((await v3(`Bearer ${SECRETS.manage}`)).service.apiKey).toBe(SERVICE)
  expect((await v3(`bearer   ${SECRETS.manage}`)).service.apiKey).toBe(SERVICE)
})

test.each([
  ['unknown', 'Bearer wrong', String(SERVICE), 'bearer-invalid'],
  ['owned by another service', 'Bearer other-secret', String(SERVICE), 'bearer-invalid'],
  ['at a service that is not there', `Bearer ${SECRETS.manage}`, '1', 'bearer-invalid'],
  ['at a path that names no service', `Bearer ${SECRETS.manage}`, 'abc', 'bearer-invalid'],
  ['at an empty path parameter', `Bearer ${SECRETS.manage}`, '', 'bearer-invalid'],
  ['in the place of a scheme', SECRETS.manage, String(SERVICE), 'credentials-malformed'],
  ['missing', 'Bearer', String(SERVICE), 'credentials-malformed'],
  ['with a comma', 'Bearer a,Bearer b', String(SERVICE), 'credentials-malformed'],
  ['with a space', 'Bearer a b', String(SERVICE), 'credentials-malformed'],
  ['replaced by Basic', basic(SERVICE, SECRETS.manage), String(SERVICE), 'credentials-malformed'],
  ['replaced by DPoP', `DPoP ${SECRETS.manage}`, String(SERVICE), 'credentials-malformed'],
])('a Bearer token (v3) is refused when %s', async (_what, header, serviceId, reason) => {
  await expect(v3(header, 'introspect', serviceId)).rejects.toThrow(refused(reason))
})

test.each(['0', '007', '1e3', '-1', '1.5', '99999999999999999', '__proto__'])(
  'no service has the number %s in a path of v3',
  async (serviceId) => {
    const asked = v3(`Bearer ${SECRETS.manage}`, 'introspect', serviceId)
    await expect(asked).rejects.toThrow(refused('bearer-invalid'))
  },
)

test('credentials are missing without the header, and malformed with two', async () => {
  for (const serviceId of [undefined, String(SERVICE)]) {
    const none = serviceByCredentials(request([], serviceId), 'introspect', around(runtime))
    await expect(none).rejects.toThrow(refused('credentials-missing'))
    const scheme = serviceId === undefined ? basic(SERVICE, SECRETS.manage) : `Bearer ${SECRETS.manage}`
    const two = serviceByCredentials(request([scheme, scheme], serviceId), 'introspect', around(runtime))
    await expect(two).rejects.toThrow(refused('credentials-malformed'))
  }
})

const ORDER = ['introspect', 'runtime', 'manage'] as const

describe.each([
  ['v2', (role: Role, asked: Role) => v2(basic(SERVICE, SECRETS[role]), asked)],
  ['v3', (role: Role, asked: Role) => v3(`Bearer ${SECRETS[role]}`, asked)],
] as const)('%s', (_version, ask) => {
  test.each(ORDER.flatMap((role) => ORDER.map((asked) => [role, asked] as const)))(
    'credentials of the role %s are judged by rank where %s is needed',
    async (role, asked) => {
      const enough = ORDER.indexOf(role) >= ORDER.indexOf(asked)
      if (enough)
        await expect(ask(role, asked)).resolves.toMatchObject({
          service: { apiKey: SERVICE },
          caller: { role },
        })
      else await expect(ask(role, asked)).rejects.toThrow(refused('role-too-small'))
    },
  )
})

test('a credential ends at the very second', async () => {
  runtime.clock.now = addSeconds(EXPIRES, -1)
  await expect(v3('Bearer short-lived')).resolves.toMatchObject({ service: { apiKey: SERVICE } })
  for (const after of [0, 1]) {
    runtime.clock.now = addSeconds(EXPIRES, after)
    await expect(v3('Bearer short-lived')).rejects.toThrow(refused('bearer-invalid'))
    await expect(v2(basic(SERVICE, 'short-lived'))).rejects.toThrow(refused('service-secret-wrong'))
  }
  runtime.clock.now = START
})

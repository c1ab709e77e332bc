import { expect, test } from 'vitest'
import { testWalk } from '../../support/test-runtime.ts'

type Role = 'introspect' | 'runtime' | 'manage'

const walk = await testWalk()

const NEEDED: readonly (readonly [api: string, role: Role])[] = [
  ['/auth/authorization', 'runtime'],
  ['/auth/authorization/issue', 'runtime'],
  ['/auth/token', 'runtime'],
  ['/auth/introspection', 'introspect'],
  ['/auth/introspection/standard', 'introspect'],
]
const ROLES: readonly Role[] = ['introspect', 'runtime', 'manage']
const VERSIONS = ['v2', 'v3'] as const

test.each(NEEDED)(
  '%s answers credentials of the role %s and of greater roles, by v2 and v3',
  async (api, needed) => {
    const resultMessage = `[A001291] ${api}, The credentials do not have the role that this API requires.`
    for (const role of ROLES) {
      for (const version of VERSIONS) {
        const { status, json } = await walk.call(api, {}, { version, secret: walk.secrets[role] })
        const isEnough = ROLES.indexOf(role) >= ROLES.indexOf(needed)
        expect(status, `${role} by ${version}`).toBe(isEnough ? 200 : 403)
        if (!isEnough) expect(json).toEqual({ resultCode: 'A001291', resultMessage })
      }
    }
  },
)

test.each(NEEDED)('%s answers a call without credentials with 401 and a challenge', async (api) => {
  const sent = { headers: { 'content-type': 'application/json' }, body: '{}' }
  const v3 = { route: `/api/{serviceId}${api}`, pathParameters: { serviceId: walk.serviceId } }
  const resultMessage = `[A001202] ${api}, Authorization header is missing.`
  for (const [place, challenge] of [
    [{ route: `/api${api}` }, 'Basic realm="certbound"'],
    [v3, 'Bearer'],
  ] as const) {
    const { status, headers, json } = await walk.send({ ...sent, ...place })
    expect([status, headers['www-authenticate']]).toEqual([401, challenge])
    expect(json).toEqual({ resultCode: 'A001202', resultMessage })
  }
})

test('credentials that were taken away are refused', async () => {
  await walk.setService({ credentials: [] })
  expect((await walk.call('/auth/introspection', {})).status).toBe(401)
})

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

test('credentials that were taken away are refused', async () => {
  await walk.setService({ credentials: [] })
  expect((await walk.call('/auth/introspection', {})).status).toBe(401)
})

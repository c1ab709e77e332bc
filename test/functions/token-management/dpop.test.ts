import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { newProofKey, proofOf, TARGET } from '../../support/proof-keys.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, TOKEN_FORMS } from '../../support/walk.ts'

const runtime = await testRuntime()
const key = newProofKey()
const other = newProofKey()

describe.each(TOKEN_FORMS)('%s tokens', async (kind, settings) => {
  const walk = await openWalk(runtime, settings)
  const client = await walk.addClient(BASIC)
  const create = (members: object) =>
    walk.call('/auth/token/create', {
      ...{ grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject: 'alice', ...members },
    })
  const shown = ({ json }: Awaited<ReturnType<typeof create>>) =>
    String(json['jwtAccessToken'] ?? json['accessToken'])
  const use = async (token: string, by: typeof key) =>
    outcome(await walk.introspect(token, undefined, { dpop: proofOf(by, token, START), ...TARGET }))

  test('create binds a token to a key, and the list shows it', async () => {
    const created = await create({ dpopKeyThumbprint: key.jkt })
    expect(created.json['tokenType']).toBe('DPoP')
    if (kind === 'JWT') expect(decodeJwt(shown(created))['cnf']).toEqual({ jkt: key.jkt })
    expect(await use(shown(created), key)).toBe('OK A056001')
    const listed = await walk.v3('GET', '/auth/token/get/list?start=0&end=100')
    expect(listed.json['accessTokens']).toContainEqual(
      expect.objectContaining({ accessTokenHash: created.json['tokenId'], dpopKeyThumbprint: key.jkt }),
    )
  })

  test('update binds a token to another key, and an unbound one to its first', async () => {
    for (const members of [{ dpopKeyThumbprint: key.jkt }, {}]) {
      const created = await create(members)
      const updated = await walk.call('/auth/token/update', {
        ...{ accessToken: shown(created), dpopKeyThumbprint: other.jkt, accessTokenValueUpdated: true },
      })
      expect(updated.json['tokenType']).toBe('DPoP')
      const token = shown(updated)
      if (kind === 'JWT') expect(decodeJwt(token)['cnf']).toEqual({ jkt: other.jkt })
      expect(await use(token, other)).toBe('OK A056001')
      expect(await use(token, key)).toBe('UNAUTHORIZED A065309 invalid_token')
    }
  })

  test('update does not bind a token of a key to a certificate', async () => {
    const created = await create({ dpopKeyThumbprint: key.jkt })
    const asked = { accessToken: shown(created), certificateThumbprint: 'A'.repeat(43) }
    expect(outcome(await walk.call('/auth/token/update', asked))).toBe('BAD_REQUEST A134293')
    expect(await use(shown(created), key)).toBe('OK A056001')
  })

  test('if two updates at once bind a token to a key and to a certificate, one succeeds, and the kind stays', async () => {
    const accessToken = shown(await create({}))
    const bind = async (members: object) =>
      outcome(await walk.call('/auth/token/update', { accessToken, ...members }))
    const [byKey, byCertificate] = await Promise.all([
      bind({ dpopKeyThumbprint: key.jkt }),
      bind({ certificateThumbprint: 'A'.repeat(43) }),
    ])
    expect([byKey, byCertificate].toSorted()).toEqual(['BAD_REQUEST A134293', 'OK A135001'])
    expect(await use(accessToken, key)).toBe(
      byKey === 'OK A135001' ? 'OK A056001' : 'UNAUTHORIZED A065396 invalid_token',
    )
  })

  test.each(['', 'short', 'A'.repeat(44), '='.repeat(43)])(
    'a thumbprint of the shape %j is refused or none',
    async (dpopKeyThumbprint) => {
      const created = await create({ dpopKeyThumbprint })
      expect(created.json['tokenType']).toBe(dpopKeyThumbprint === '' ? 'Bearer' : undefined)
      if (dpopKeyThumbprint !== '') expect(created.status).toBe(400)
    },
  )
})

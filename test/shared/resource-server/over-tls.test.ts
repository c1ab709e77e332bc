import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Listening } from '../../../infra/emulator/listen.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { identity, makeIdentity } from '../../infra/emulator/tls-client.ts'
import { tokensOf } from '../../support/answers.ts'
import { forgedTokens } from '../../support/forged-tokens.ts'
import { type Answered, ask, type Identity, SERVERS } from '../../support/resource-servers.ts'
import { type Issuer, openIssuer } from '../../support/token-issuer.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, BOUND, OWN, PUBLIC, type TestClient } from '../../support/walk.ts'

const HOLDER = identity('client-ec-p256')
const RENEWED = identity('client-ec-p256-renewed')
const THIEF = identity('client-other')

const BARE = [401, 'Bearer', '']
const MALFORMED = [400, 'Bearer error="invalid_request"', '{"error":"invalid_request"}']
const INVALID = [401, 'Bearer error="invalid_token"', '{"error":"invalid_token"}']
const INSUFFICIENT = [403, 'Bearer error="insufficient_scope",scope="read"', '{"error":"insufficient_scope"}']

const inShort = ({ status, challenge, text }: Answered) => [status, challenge, text]

/** How tokens are judged, and which there are. */
const WAYS = [
  ['JWTs offline', 'jwt', 'offline'],
  ['JWTs by introspection', 'jwt', 'online'],
  ['opaque tokens by introspection', 'opaque', 'online'],
] as const

describe.each(WAYS)('%s', (_way, format, mode) => {
  let issuer: Issuer
  let client: TestClient
  let good: string
  let untrusted: Identity
  beforeAll(async () => {
    issuer = await openIssuer(format)
    client = await issuer.walk.addClient(PUBLIC, BOUND)
    good = await granted()
    untrusted = await makeIdentity(undefined, {})
  })
  afterAll(() => issuer.close())

  const granted = async (of: TestClient = client, parameters: object = { scope: 'read' }) =>
    (await issuer.walk.granted(of, OWN, { ...parameters })).access

  describe.each(Object.entries(SERVERS))('%s', (_server, start) => {
    let server: Listening
    let lenient: Listening
    beforeAll(async () => {
      server = await start(protectedResource(issuer[mode]), ['read'])
      lenient = await start(protectedResource({ ...issuer[mode], unboundTokens: 'allowed' }), [])
    })
    afterAll(async () => {
      await server.close()
      await lenient.close()
    })

    const use = async (token: string, presented?: Identity, from = server) =>
      inShort(await ask(from, { authorization: `Bearer ${token}` }, presented))

    test('serves the holder, and knows whose token it is', async () => {
      const { status, text } = await ask(server, { authorization: `Bearer ${good}` }, HOLDER)
      expect(status).toBe(200)
      expect(JSON.parse(text)).toEqual({ clientId: client.id, subject: 'testuser01', scopes: ['read'] })
    })

    test('refuses the same token with any other certificate, right after a good call', async () => {
      for (const [presented, expected] of [
        [HOLDER, 200],
        [THIEF, 401],
        [RENEWED, 401],
        [undefined, 401],
        [untrusted, 401],
        [HOLDER, 200],
      ] as const) {
        const answered = await use(good, presented)
        expect(answered[0]).toBe(expected)
        if (expected === 401) expect(answered).toEqual(INVALID)
      }
    })

    test('takes no certificate that its own CAs do not vouch for, also not the one of the token', async () => {
      const bound = await issuer.walk.redeem(
        client,
        await issuer.walk.code(client, { scope: 'read' }),
        certificatePem('self-signed-ec'),
      )
      const { access } = tokensOf(bound)
      expect(access).toBeTypeOf('string')
      expect(await use(access, identity('self-signed-ec'))).toEqual(INVALID)
    })

    test('lets nobody keep what it refuses', async () => {
      const { headers } = await ask(server, { authorization: `Bearer ${good}` }, THIEF)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['content-type']).toMatch(/^application.json/)
    })

    test.each([
      ['in other case', (token: string) => `bEARER ${token}`],
      ['with more spaces', (token: string) => `Bearer   ${token}`],
    ])('reads the scheme %s', async (_how, spell) => {
      expect((await ask(server, { authorization: spell(good) }, HOLDER)).status).toBe(200)
    })

    test.each([
      ['no header', () => ({}), BARE],
      ['another scheme', (token: string) => ({ authorization: `Basic ${token}` }), BARE],
      ['the token alone', (token: string) => ({ authorization: token }), BARE],
      ['another header', (token: string) => ({ 'x-authorization': `Bearer ${token}` }), BARE],
      ['a cookie', (token: string) => ({ cookie: `access_token=${token}` }), BARE],
      ['a scheme alone', () => ({ authorization: 'Bearer' }), MALFORMED],
      ['more after the token', (token: string) => ({ authorization: `Bearer ${token} x` }), MALFORMED],
      ['two tokens', (token: string) => ({ authorization: `Bearer ${token}, Bearer ${token}` }), MALFORMED],
      [
        'two headers',
        (token: string) => ({ authorization: [`Bearer ${token}`, `Bearer ${token}`] }),
        MALFORMED,
      ],
      ['two schemes', (token: string) => ({ authorization: [`Bearer ${token}`, 'Basic eA=='] }), MALFORMED],
      [
        'a character outside the grammar',
        (token: string) => ({ authorization: `Bearer ${token}!` }),
        MALFORMED,
      ],
    ])('with %s: no token, or a malformed one', async (_what, headers, expected) => {
      // Node's own types have one Authorization header at most.
      const sent = headers(good) as Record<string, string>
      expect(inShort(await ask(server, sent, HOLDER))).toEqual(expected)
    })

    test('looks for no token in the query or in a form', async () => {
      expect(inShort(await ask(server, {}, HOLDER, { query: `?access_token=${good}` }))).toEqual(BARE)
      const body = `access_token=${good}`
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }
      expect(inShort(await ask(server, headers, HOLDER, { method: 'POST', body }))).toEqual(BARE)
    })

    test('takes no certificate from a header', async () => {
      const pem = encodeURIComponent(OWN)
      const headers = { 'client-cert': pem, 'x-amzn-mtls-clientcert': pem, 'x-ssl-client-cert': pem }
      for (const presented of [undefined, THIEF]) {
        const answered = await ask(server, { authorization: `Bearer ${good}`, ...headers }, presented)
        expect(inShort(answered)).toEqual(INVALID)
      }
    })

    test('asks for the scope, and for possession before it', async () => {
      for (const parameters of [{ scope: 'write' }, {}]) {
        const token = await granted(client, parameters)
        expect(await use(token, HOLDER)).toEqual(INSUFFICIENT)
        expect(await use(token, THIEF)).toEqual(INVALID)
        expect(await use(token)).toEqual(INVALID)
      }
    })

    test('refuses an unbound token, unless it is told otherwise', async () => {
      const { access } = await issuer.walk.granted(await issuer.walk.addClient(BASIC), undefined, {
        scope: 'read',
      })
      expect(await use(access, HOLDER)).toEqual(INVALID)
      expect(await use(access)).toEqual(INVALID)
      for (const presented of [HOLDER, undefined])
        expect((await use(access, presented, lenient))[0]).toBe(200)
      expect(await use(good, THIEF, lenient)).toEqual(INVALID)
      expect(await use(good, undefined, lenient)).toEqual(INVALID)
    })

    test.each(['A'.repeat(72), 'x', 'a.b', 'a.b.c', 'A'.repeat(9000)])('refuses %.10s', async (token) => {
      expect(await use(token, HOLDER)).toEqual(INVALID)
    })

    test('refuses a refresh token, also its own', async () => {
      const own = await issuer.walk.granted(issuer.resourceServer, OWN, { scope: 'read' })
      for (const from of [server, lenient]) expect(await use(own.refresh, HOLDER, from)).toEqual(INVALID)
    })

    test('refuses an expired token', async () => {
      const { clock } = issuer.runtime
      const now = clock.now
      clock.now = later(now, -86401)
      const token = await granted()
      clock.now = now
      expect(await use(token, HOLDER)).toEqual(INVALID)
    })

    test('refuses a revoked token at once, where it asks; offline it lives until it expires', async () => {
      const other = await issuer.walk.addClient(PUBLIC, BOUND)
      const token = await granted(other)
      expect((await use(token, HOLDER))[0]).toBe(200)
      await issuer.walk.post('/revocation', { token, client_id: other.id })
      expect((await use(token, HOLDER))[0]).toBe(mode === 'offline' ? 200 : 401)
    })
  })

  test('refuses each forged token, whoever presents it', async () => {
    const jwt = format === 'jwt' ? good : await jwtOf(issuer, client)
    const start = SERVERS['node:https']
    if (start === undefined) throw new Error('no server')
    const strict = await start(protectedResource(issuer[mode]), ['read'])
    const lenient = await start(protectedResource({ ...issuer[mode], unboundTokens: 'allowed' }), ['read'])
    const passed: string[] = []
    for (const [name, token] of Object.entries(forgedTokens(jwt, issuer.walk.signingKey))) {
      for (const server of [strict, lenient]) {
        const answered = await ask(server, { authorization: `Bearer ${token}` }, HOLDER)
        if (JSON.stringify(inShort(answered)) !== JSON.stringify(INVALID)) {
          passed.push(`${name}: ${answered.status} ${server === lenient ? 'unbound allowed' : ''}`.trim())
        }
      }
    }
    // Signed by the issuer and unbound: that is what was allowed.
    expect(passed).toEqual(mode === 'offline' ? ['no cnf: 200 unbound allowed'] : [])
    await Promise.all([strict.close(), lenient.close()])
  })
})

async function jwtOf({ walk }: Issuer, client: TestClient): Promise<string> {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  return (await walk.granted(client, OWN, { scope: 'read' })).access
}

import { Agent } from 'node:https'
import { afterAll, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
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

const NO_TOKEN = [401, 'Bearer', '']
const MALFORMED = [400, 'Bearer error="invalid_request"', '{"error":"invalid_request"}']
const INVALID = [401, 'Bearer error="invalid_token"', '{"error":"invalid_token"}']
const INSUFFICIENT = [403, 'Bearer error="insufficient_scope",scope="read"', '{"error":"insufficient_scope"}']

/** Keeps a connection for each identity. */
const keptAlive = new Agent({ keepAlive: true })
afterAll(() => keptAlive.destroy())

const summary = ({ status, challenge, text }: Answered) => [status, challenge, text]

/**
 * Each way to check tokens, with the formats that it can check. One server has all ways, and each other one has one: an adapter hands
 * the request to the check, and does not know how it is made.
 */
const WAYS = [
  ['JWTs offline', 'jwt', 'offline', 'Express'],
  ['JWTs by introspection', 'jwt', 'online', 'Fastify'],
  ['opaque tokens by introspection', 'opaque', 'online', 'Hono'],
] as const

test('every kind of server is tested', () => {
  const tested = ['node:https', ...WAYS.map(([, , , server]) => server)]
  expect(tested.toSorted()).toEqual(Object.keys(SERVERS).toSorted())
})

describe.each(WAYS)('%s', async (_way, format, mode, otherServer) => {
  const issuer = await openIssuer(format)
  const client = await issuer.walk.addClient(PUBLIC, BOUND)
  const granted = async (of: TestClient = client, parameters: object = { scope: 'read' }) =>
    (await issuer.walk.granted(of, OWN, { ...parameters })).access
  const good = await granted()
  const untrusted = await makeIdentity(undefined, {})
  afterAll(() => issuer.close())

  const servers = Object.entries(SERVERS).filter(([name]) => ['node:https', otherServer].includes(name))
  describe.each(servers)('%s', async (_server, start) => {
    const server = await start(protectedResource(issuer[mode]), ['read'])
    const lenient = await start(protectedResource({ ...issuer[mode], unboundTokens: 'allowed' }), [])
    afterAll(async () => {
      await server.close()
      await lenient.close()
    })

    const use = async (token: string, presented?: Identity, from = server) =>
      summary(await ask(from, { authorization: `Bearer ${token}` }, presented, { agent: keptAlive }))

    test('the holder of the certificate is served, and the handler gets the token', async () => {
      const { status, text } = await ask(server, { authorization: `Bearer ${good}` }, HOLDER)
      expect(status).toBe(200)
      expect(JSON.parse(text)).toEqual({ clientId: client.id, subject: 'testuser01', scopes: ['read'] })
    })

    test('the token of a served request is refused with any other certificate right after', async () => {
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

    test('an untrusted certificate is ignored, even if the token is bound to it', async () => {
      const bound = await issuer.walk.redeem(
        client,
        await issuer.walk.code(client, { scope: 'read' }),
        certificatePem('self-signed-ec'),
      )
      const { access } = tokensOf(bound)
      expect(access).toBeTypeOf('string')
      expect(await use(access, identity('self-signed-ec'))).toEqual(INVALID)
    })

    test('an error response must not be stored', async () => {
      const { headers } = await ask(server, { authorization: `Bearer ${good}` }, THIEF)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['content-type']).toMatch(/^application.json/)
    })

    test.each([
      ['in another case', (token: string) => `bEARER ${token}`],
      ['with several spaces', (token: string) => `Bearer   ${token}`],
    ])('the scheme Bearer is read %s', async (_how, spell) => {
      expect((await ask(server, { authorization: spell(good) }, HOLDER)).status).toBe(200)
    })

    test.each([
      ['no Authorization header', () => ({}), NO_TOKEN],
      ['another scheme', (token: string) => ({ authorization: `Basic ${token}` }), NO_TOKEN],
      ['a token without a scheme', (token: string) => ({ authorization: token }), NO_TOKEN],
      ['another header', (token: string) => ({ 'x-authorization': `Bearer ${token}` }), NO_TOKEN],
      ['a cookie', (token: string) => ({ cookie: `access_token=${token}` }), NO_TOKEN],
      ['a scheme without a token', () => ({ authorization: 'Bearer' }), MALFORMED],
      ['text after the token', (token: string) => ({ authorization: `Bearer ${token} x` }), MALFORMED],
      ['two tokens', (token: string) => ({ authorization: `Bearer ${token}, Bearer ${token}` }), MALFORMED],
      [
        'two Authorization headers',
        (token: string) => ({ authorization: [`Bearer ${token}`, `Bearer ${token}`] }),
        MALFORMED,
      ],
      [
        'a DPoP proof beside a good token',
        (token: string) => ({ authorization: `Bearer ${token}`, dpop: 'a.b.c' }),
        MALFORMED,
      ],
      ['two schemes', (token: string) => ({ authorization: [`Bearer ${token}`, 'Basic eA=='] }), MALFORMED],
      [
        'a character outside the grammar',
        (token: string) => ({ authorization: `Bearer ${token}!` }),
        MALFORMED,
      ],
    ])(
      'a request with %s is refused as without a token or as malformed',
      async (_what, headers, expected) => {
        // Node's types allow only one Authorization header.
        const sent = headers(good) as Record<string, string>
        expect(summary(await ask(server, sent, HOLDER, { agent: keptAlive }))).toEqual(expected)
      },
    )

    test('a token in the query or in a form is ignored', async () => {
      expect(summary(await ask(server, {}, HOLDER, { query: `?access_token=${good}` }))).toEqual(NO_TOKEN)
      const body = `access_token=${good}`
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }
      expect(summary(await ask(server, headers, HOLDER, { method: 'POST', body }))).toEqual(NO_TOKEN)
    })

    test('a certificate in a header is ignored', async () => {
      const pem = encodeURIComponent(OWN)
      const headers = { 'client-cert': pem, 'x-amzn-mtls-clientcert': pem, 'x-ssl-client-cert': pem }
      for (const presented of [undefined, THIEF]) {
        const answered = await ask(server, { authorization: `Bearer ${good}`, ...headers }, presented)
        expect(summary(answered)).toEqual(INVALID)
      }
    })

    test('a wrong certificate is refused before a missing scope', async () => {
      for (const parameters of [{ scope: 'write' }, {}]) {
        const token = await granted(client, parameters)
        expect(await use(token, HOLDER)).toEqual(INSUFFICIENT)
        expect(await use(token, THIEF)).toEqual(INVALID)
        expect(await use(token)).toEqual(INVALID)
      }
    })

    test('an unbound token is refused unless the options allow it', async () => {
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

    test.each(['A'.repeat(72), 'x', 'a.b', 'a.b.c', 'A'.repeat(9000)])(
      'the malformed token %.10s is refused',
      async (token) => {
        expect(await use(token, HOLDER)).toEqual(INVALID)
      },
    )

    test('a refresh token is refused, even one of the resource server itself', async () => {
      const own = await issuer.walk.granted(issuer.resourceServer, OWN, { scope: 'read' })
      for (const from of [server, lenient]) expect(await use(own.refresh, HOLDER, from)).toEqual(INVALID)
    })

    test('an expired token is refused', async () => {
      const { clock } = issuer.runtime
      const now = clock.now
      clock.now = addSeconds(now, -86401)
      const token = await granted()
      clock.now = now
      expect(await use(token, HOLDER)).toEqual(INVALID)
    })

    test('a revoked token is refused at once by introspection, and accepted offline until it expires', async () => {
      const other = await issuer.walk.addClient(PUBLIC, BOUND)
      const token = await granted(other)
      expect((await use(token, HOLDER))[0]).toBe(200)
      await issuer.walk.post('/revocation', { token, client_id: other.id })
      expect((await use(token, HOLDER))[0]).toBe(mode === 'offline' ? 200 : 401)
    })
  })

  test('forged tokens are refused', async () => {
    const jwt = format === 'jwt' ? good : await jwtOf(issuer, client)
    const strict = protectedResource(issuer[mode])
    const lenient = protectedResource({ ...issuer[mode], unboundTokens: 'allowed' })
    const passed: string[] = []
    for (const [name, token] of Object.entries(forgedTokens(jwt, issuer.walk.signingKey))) {
      for (const resource of [strict, lenient]) {
        const decided = await resource(['read'])({
          rawHeaders: ['authorization', `Bearer ${token}`],
          certificate: HOLDER.cert,
        })
        const found = decided.allowed
          ? [200]
          : [decided.status, decided.headers['www-authenticate'], decided.body]
        if (String(found) !== String(INVALID))
          passed.push(`${name}: ${found[0]}${resource === lenient ? ' unbound allowed' : ''}`)
      }
    }
    // The issuer signed this one, and it is unbound: the options allow it.
    expect(passed).toEqual(mode === 'offline' ? ['no cnf: 200 unbound allowed'] : [])
  })
})

async function jwtOf({ walk }: Issuer, client: TestClient): Promise<string> {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  return (await walk.granted(client, OWN, { scope: 'read' })).access
}

import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { contentOf, outcome } from '../support/answers.ts'
import type { Received } from '../support/gateway.ts'
import { load, Spelling } from '../support/vectors.ts'
import { type AnyWalk, form, OTHER, REDIRECT_URI, type TestClient } from '../support/walk.ts'

const { spellings } = load(
  'article/spellings.json',
  z.strictObject({ about: z.string(), certificate: z.unknown(), spellings: z.array(Spelling) }),
)
const accepted = spellings.filter(({ verdict }) => verdict === 'accept')
const refused = spellings.filter(({ verdict }) => verdict === 'refuse')

/** The article's certificate, its thumbprint, and its client. */
export const CERTIFICATE = accepted[0]?.text
export const THUMBPRINT = 'OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw'
export const CLIENT = 17566160603766
const JTI = /^[A-Za-z0-9_-]{52}$/
const FORMATS = { opaque: undefined, JWT: 'ES256' } as const

type Version = 'v2' | 'v3'

/** The deployment that answers the requests of the article. */
interface Answering {
  readonly walk: AnyWalk
  readonly client: TestClient
  /** A time of the article if the clock stands at the article's time; otherwise a matcher for any time. */
  readonly time: (articles: number) => unknown
}

/** The requests and responses of the article, for one whose issuer is `https://as.example.com`. */
export function articleCases(answering: () => Answering): void {
  let walk: AnyWalk
  let client: TestClient
  beforeAll(() => {
    ;({ walk, client } = answering())
  })
  const time = (articles: number) => answering().time(articles)

  /** The article's token request, for a code of its own. */
  async function tokenRequest(certificate: string | undefined, version: Version): Promise<Received> {
    const { json } = await walk.authorize(client, {}, { version })
    const issued = await walk.issue(json['ticket'], {}, { version })
    const code = issued.json['authorizationCode'] as string
    const parameters = `redirect_uri=${REDIRECT_URI}&client_id=${client.id}&grant_type=authorization_code&code=${code}`
    return walk.call('/auth/token', { clientCertificate: certificate, parameters }, { version })
  }

  function introspection(token: string, clientCertificate: string | undefined, version: Version) {
    return walk.call('/auth/introspection', { token, clientCertificate }, { version })
  }

  function standardIntrospection(token: string, version: Version) {
    return walk.call('/auth/introspection/standard', { parameters: form({ token }) }, { version })
  }

  describe.each(['v2', 'v3'] as const)('the article, %s paths', (version) => {
    describe.each(['opaque', 'JWT'] as const)('%s tokens', (format) => {
      beforeAll(() => walk.setService({ accessTokenSignAlg: FORMATS[format] }))

      test.each(accepted)('a token is bound and used with the certificate as $id', async ({ text }) => {
        const answer = await tokenRequest(text, version)
        const token = contentOf(answer)['access_token'] as string
        const holder = await introspection(token, text, version)
        expect([outcome(answer), outcome(holder)]).toEqual(['OK A050001', 'OK A056001'])
        expect(holder.json['certificateThumbprint']).toBe(THUMBPRINT)
      })

      test('the token request is answered with the members of the article', async () => {
        const { status, json } = await tokenRequest(CERTIFICATE, version)
        expect(status).toBe(200)
        expect(json).toEqual({
          type: 'tokenResponse',
          resultCode: 'A050001',
          resultMessage:
            '[A050001] The token request (grant_type=authorization_code) was processed successfully.',
          accessToken: expect.stringMatching(format === 'JWT' ? JTI : /^[A-Za-z0-9_-]{72}$/) as unknown,
          accessTokenDuration: 86400,
          accessTokenExpiresAt: time(1591939326000),
          action: 'OK',
          clientId: CLIENT,
          clientIdAliasUsed: false,
          clientAuthMethod: 'NONE',
          grantType: 'AUTHORIZATION_CODE',
          refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{88}$/) as unknown,
          refreshTokenDuration: 864000,
          refreshTokenExpiresAt: time(1592716926000),
          responseContent: expect.any(String) as unknown,
          subject: 'testuser01',
          ...(format === 'JWT' ? { jwtAccessToken: expect.any(String) as unknown } : {}),
        })
      })

      test('the client gets the tokens, a null scope and the seconds', async () => {
        const answer = await tokenRequest(CERTIFICATE, version)
        const { accessToken, jwtAccessToken, refreshToken } = answer.json
        expect(contentOf(answer)).toEqual({
          access_token: jwtAccessToken ?? accessToken,
          refresh_token: refreshToken,
          scope: null,
          token_type: 'Bearer',
          expires_in: 86400,
        })
      })

      test('introspection with the right certificate is answered with the members of the article', async () => {
        const token = contentOf(await tokenRequest(CERTIFICATE, version))['access_token'] as string
        expect((await introspection(token, CERTIFICATE, version)).json).toEqual({
          type: 'introspectionResponse',
          resultCode: 'A056001',
          resultMessage: '[A056001] The access token is valid.',
          action: 'OK',
          certificateThumbprint: THUMBPRINT,
          clientId: CLIENT,
          clientIdAliasUsed: false,
          existent: true,
          expiresAt: time(1591939326000),
          grantType: 'AUTHORIZATION_CODE',
          refreshable: true,
          responseContent: 'Bearer error="invalid_request"',
          subject: 'testuser01',
          sufficient: true,
          usable: true,
        })
      })

      test('introspection refuses the token with another certificate and with none', async () => {
        const token = contentOf(await tokenRequest(CERTIFICATE, version))['access_token'] as string
        expect(outcome(await introspection(token, OTHER, version))).toBe('UNAUTHORIZED A065305 invalid_token')
        expect(outcome(await introspection(token, undefined, version))).toBe(
          'UNAUTHORIZED A065304 invalid_token',
        )
      })

      test('standard introspection is answered with the members of the article, in a string', async () => {
        const token = contentOf(await tokenRequest(CERTIFICATE, version))['access_token'] as string
        const answer = await standardIntrospection(token, version)
        expect(answer.json).toEqual({
          type: 'standardIntrospectionResponse',
          resultCode: 'A145001',
          resultMessage:
            '[A145001] Introspection was performed successfully (type=access_token, active=true).',
          action: 'OK',
          responseContent: expect.any(String) as unknown,
        })
        expect(contentOf(answer)).toEqual({
          sub: 'testuser01',
          scope: null,
          iss: 'https://as.example.com',
          active: true,
          cnf: { 'x5t#S256': THUMBPRINT },
          token_type: 'Bearer',
          exp: time(1591939326),
          client_id: String(CLIENT),
        })
      })

      test.each(refused)('there is no token for the certificate as $id', async ({ text }) => {
        expect(outcome(await tokenRequest(text, version))).toBe('BAD_REQUEST A244309 invalid_request')
      })

      test('there is no token without a certificate', async () => {
        expect(outcome(await tokenRequest(undefined, version))).toBe('BAD_REQUEST A244308 invalid_request')
      })
    })
  })
}

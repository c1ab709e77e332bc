import { beforeAll, expect, test, vi } from 'vitest'
import { mutualTlsRequest } from '../../../../infra/connections/mutual-tls-request.ts'
import { outcome } from '../../../support/answers.ts'
import {
  CERTIFICATE_HEADERS,
  headerSpellings,
} from '../../../../infra/aws/doctor/outside/certificate-headers.ts'
import { certificatePem } from '../../../support/vectors.ts'
import {
  basic,
  BASIC,
  BOUND,
  form,
  OTHER,
  OWN,
  PUBLIC,
  REDIRECT_URI,
  RENEWED,
  TLS,
} from '../../../support/walk.ts'
import { makeIdentity } from '../tls-client.ts'
import type { WalkedSite } from './packaged-site.ts'

const GRANT = { grant_type: 'client_credentials' }

export function atTheEdge(at: () => WalkedSite): void {
  let { site, walk, client } = {} as WalkedSite
  beforeAll(() => {
    ;({ site, walk, client } = at())
  })

  const tokenFor = async (certificate: string): Promise<string> => {
    const { status, json } = await walk.post('/token', GRANT, certificate, basic(client))
    expect(status).toBe(200)
    return json['access_token'] as string
  }
  const use = (token: string, certificate?: string, headers = {}) =>
    walk.post('/introspection', { token }, certificate, headers)
  const formats = [
    ['opaque', undefined],
    ['JWT', 'ES256'],
  ] as const

  test.each(formats)('a token (%s) works only with its certificate', async (_format, accessTokenSignAlg) => {
    await walk.setService({ accessTokenSignAlg })
    const token = await tokenFor(OWN)
    const holder = await use(token, OWN)
    expect(holder).toMatchObject({
      status: 200,
      json: { active: true, cnf: { 'x5t#S256': expect.any(String) as string } },
    })
    for (const answer of [await use(token, OTHER), await use(token, RENEWED), await use(token)]) {
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
    }
  })

  test('without a certificate a public client gets no bound token, and its code stays good', async () => {
    const person = await walk.addClient(PUBLIC, BOUND)
    const parameters = {
      grant_type: 'authorization_code',
      client_id: person.id,
      redirect_uri: REDIRECT_URI,
      code: await walk.code(person),
    }
    expect(await walk.post('/token', parameters)).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    })
    expect(await walk.post('/token', parameters, OWN)).toMatchObject({ status: 200 })
    expect(await walk.post('/token', parameters, OWN)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    })
  })

  test('a client of tls_client_auth needs its own certificate', async () => {
    const holder = await walk.addClient(TLS, BOUND)
    const ask = (certificate?: string) => walk.post('/token', { ...GRANT, client_id: holder.id }, certificate)
    expect([(await ask(OWN)).status, (await ask(OTHER)).status, (await ask()).status]).toEqual([
      200, 401, 401,
    ])
  })

  test('an expired certificate is refused at the edge, and as client authentication by the Web API', async () => {
    const ca = site.certificates.ca.cert
    const send = async (until: number) => {
      const presented = await makeIdentity(site.authority, { until })
      const headers = basic(client)
      return mutualTlsRequest(`${site.mtlsUrl}/token`, { ca, ...presented }, { form: form(GRANT), headers })
    }
    expect(await send(30)).toMatchObject({ status: 200 })
    expect(await send(-1)).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' })

    const tlsClientAuthSubjectDn = 'CN=expired.example.org,O=Client1'
    const expired = await walk.addClient(TLS, { tlsClientAuthSubjectDn })
    expect(outcome(await walk.credentials(expired, certificatePem('expired')))).toBe(
      'INVALID_CLIENT A157393 invalid_client',
    )
  })

  test('requests with a certificate of another CA, or without one, do not reach the functions', async () => {
    const ca = site.certificates.ca.cert
    const stranger = await makeIdentity(undefined, {})
    const asked = { form: form(GRANT), headers: basic(client) }
    /** The number of lines that the token function has written, with the one of a request that is admitted now. */
    const linesOfToken = async (): Promise<number> => {
      const marker = await walk.addClient(BASIC, BOUND)
      await walk.post('/token', GRANT, OWN, basic(marker))
      // A line may arrive after its answer.
      return vi.waitUntil(() => {
        const lines = site.lines.filter(({ name }) => name.endsWith('-token'))
        return lines.findIndex(({ line }) => line.includes(marker.id)) + 1
      }, 30_000)
    }

    const before = await linesOfToken()
    const unknown = await mutualTlsRequest(`${site.mtlsUrl}/token`, { ca, ...stranger }, asked)
    expect(unknown).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' })
    const none = mutualTlsRequest(`${site.mtlsUrl}/token`, { ca }, asked)
    await expect(none).rejects.toThrow(/ECONNRESET|hang up|alert/)
    expect(await linesOfToken()).toBe(before + 1)
  })

  test.each(CERTIFICATE_HEADERS)('the header %s is never a source of a certificate', async (name) => {
    const token = await tokenFor(OWN)
    const [escaped = '', , encoded = ''] = headerSpellings(OWN)
    for (const value of [escaped, encoded]) {
      const header = { [name]: value }
      expect((await use(token, undefined, header)).status).toBe(401)
      expect((await use(token, OTHER, header)).status).toBe(401)
      const unbound = await walk.post('/token', GRANT, undefined, { ...basic(client), ...header })
      expect(unbound).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    }
    expect((await use(token, OWN, { [name]: headerSpellings(OTHER)[0] ?? '' })).status).toBe(200)
  })
}

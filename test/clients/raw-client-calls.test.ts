import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { localSite } from '../infra/examples/authorization-server/local-site.ts'
import { nulls } from '../support/management.ts'
import { type RawAnswer, rawClient, type RawClient, WRITERS } from './raw-client.ts'

const site = await localSite()
afterAll(site.close)

const query = (parameters: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
const contentOf = ({ json }: RawAnswer) =>
  JSON.parse(String(json['responseContent'])) as Record<string, unknown>

/** Expects HTTP 200 and an answer without `null`. @returns its action and result code */
function told(answer: RawAnswer): string {
  expect([answer.status, nulls(answer.json)], answer.text).toEqual([200, []])
  return `${String(answer.json['action'])} ${String(answer.json['resultCode'])}`
}

describe.each(Object.keys(WRITERS) as (keyof typeof WRITERS)[])('%s', (name) => {
  let client: RawClient
  const own = () => site.seeded.clients[0]
  const certificate = () => site.certificates.clients['public-client'].cert
  beforeEach(() => {
    client = rawClient(site, name)
  })

  async function ticket(parameters: Record<string, unknown> = {}): Promise<unknown> {
    const { clientId: client_id, redirectUri: redirect_uri } = own()
    const asked = { response_type: 'code', client_id, redirect_uri, state: 'a=b&c', ...parameters }
    const answer = await client.call('authorization', { parameters: query(asked), context: "it's <kept>" })
    expect(told(answer)).toBe('INTERACTION A004001')
    return answer.json['ticket']
  }

  const introspect = (token: unknown, members: object = {}) =>
    client.call('introspection', { token, clientCertificate: certificate(), ...members })

  async function tokens() {
    const { clientId: client_id, redirectUri: redirect_uri } = own()
    const properties = client.isForm ? {} : { properties: [{ key: 'k', value: "é='", hidden: false }] }
    const issued = await client.call('authorization/issue', {
      ...{ ticket: await ticket({ scope: 'accounts:read payments:write' }), subject: 'testuser01' },
      ...{ scopes: ['accounts:read'], ...properties },
    })
    expect(told(issued)).toBe('LOCATION A040001')
    expect(new URL(String(issued.json['responseContent'])).searchParams.get('state')).toBe('a=b&c')
    const code = issued.json['authorizationCode']
    const parameters = query({ grant_type: 'authorization_code', code, redirect_uri, client_id })
    const answer = await client.call('token', { parameters, clientCertificate: certificate() })
    expect(told(answer)).toBe('OK A050001')
    expect(answer.json).toMatchObject({
      ...{ clientId: Number(client_id), subject: 'testuser01', scopes: ['accounts:read'] },
      ...properties,
    })
    return answer.json
  }

  test('the authorization calls of this writer work: a ticket with what it keeps, issue, fail', async () => {
    const kept = await ticket()
    const info = await client.call('authorization/ticket/info', { ticket: kept })
    expect(told(info)).toMatch(/^OK /)
    expect(info.json['info']).toEqual({ context: "it's <kept>" })
    const given = client.isForm ? 'another' : { context: 'another' }
    const updated = await client.call('authorization/ticket/update', { ticket: kept, info: given })
    expect(told(updated)).toMatch(/^OK /)
    expect(updated.json['info']).toEqual(given)
    const failed = await client.call('authorization/fail', { ticket: kept, reason: 'DENIED' })
    expect(told(failed)).toBe('LOCATION A060306')
    expect(told(await client.call('authorization/fail', { ticket: kept, reason: 'DENIED' }))).toBe(
      'BAD_REQUEST A059202',
    )
  })

  test('the token calls of this writer work: a code, refresh, client credentials, introspection, revocation', async () => {
    const { accessToken, refreshToken } = await tokens()
    expect(told(await introspect(accessToken))).toBe('OK A056001')
    expect(told(await introspect(accessToken, { scopes: ['accounts:read'] }))).toBe('OK A056001')
    const two = { scopes: ['accounts:read', 'payments:write'] }
    expect(told(await introspect(accessToken, two))).toBe('FORBIDDEN A064302')
    expect(told(await introspect(accessToken, { clientCertificate: null }))).toBe('UNAUTHORIZED A065304')
    const parameters = query({ token: accessToken })
    const standard = await client.call('introspection/standard', { parameters, withHiddenProperties: true })
    expect(told(standard)).toBe('OK A145001')
    expect(contentOf(standard)).toMatchObject({ active: true, sub: 'testuser01', scope: 'accounts:read' })

    const { clientId: client_id } = own()
    const asked = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id }
    const refreshed = await client.call('token', {
      parameters: query(asked),
      clientCertificate: certificate(),
    })
    expect(told(refreshed)).toBe('OK A053001')
    const token = refreshed.json['accessToken']
    expect(told(await client.call('revocation', { parameters: query({ token, client_id }) }))).toBe(
      'OK A113001',
    )
    expect(told(await introspect(token))).toBe('UNAUTHORIZED A057302')

    const [, { clientId, clientSecret }] = site.seeded.clients
    const credentials = { clientId, clientSecret, clientCertificate: certificate() }
    const ownToken = await client.call('token', {
      parameters: 'grant_type=client_credentials',
      ...credentials,
    })
    expect(told(ownToken)).toBe('OK A052001')
    expect(ownToken.json).not.toHaveProperty('subject')
    const unknown = await client.call('token', { parameters: 'grant_type=client_credentials' })
    expect(told(unknown)).toBe('BAD_REQUEST A244305')
  })

  test('the token management calls of this writer work: create, update, list, applications, revoke, delete', async () => {
    const clientId = Number(own().clientId)
    const subject = `alice-${name}`
    const create = () =>
      client.call('token/create', {
        ...{ grantType: 'AUTHORIZATION_CODE', clientId, subject },
        scopes: ['accounts:read', 'payments:write'],
      })
    const created = await create()
    expect(told(created)).toBe('OK A109001')
    expect(created.json['scopes']).toEqual(['accounts:read', 'payments:write'])
    const { accessToken, refreshToken } = created.json
    const updated = await client.call('token/update', { accessToken, scopes: ['accounts:read'] })
    expect(told(updated)).toBe('OK A135001')
    expect(updated.json['scopes']).toEqual(['accounts:read'])

    const list = await client.get(`/auth/token/get/list?subject=${encodeURIComponent(subject)}&start=0&end=5`)
    expect(list.json).toMatchObject({ totalCount: 1, accessTokens: [{ clientId, subject }] })
    const applications = await client.get(
      `/client/authorization/get/list?subject=${encodeURIComponent(subject)}&start=0&end=5`,
    )
    expect(applications.json).toMatchObject({ totalCount: 1, clients: [{ clientId }] })

    const revoked = await client.call('token/revoke', { refreshTokenIdentifier: refreshToken })
    expect(revoked).toMatchObject({ status: 200, json: { count: 1 } })
    const { accessToken: second } = (await create()).json
    expect(await client.remove(`/auth/token/delete/${String(second)}`)).toMatchObject({
      status: 204,
      text: '',
    })
    await create()
    const path = `/client/authorization/delete/${String(clientId)}`
    const isPosted = client.version === 2
    const ended = await (isPosted
      ? client.post(path, { subject })
      : client.remove(`${path}?subject=${encodeURIComponent(subject)}`))
    expect(ended.json['resultMessage']).toContain('Deleted 1 access token(s)')
  })
})

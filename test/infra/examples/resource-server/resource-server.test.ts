import { afterAll, expect, onTestFinished, test } from 'vitest'
import { mutualTlsRequest, type TlsIdentity } from '../../../../infra/connections/mutual-tls-request.ts'
import { CLIENT_CERTIFICATES } from '../../../../infra/emulator/site/seed.ts'
import { localSite } from '../authorization-server/local-site.ts'
import { makeIdentity } from '../../emulator/tls-client.ts'

const lines: string[] = []
const site = await localSite({ onLine: (line) => lines.push(line) })
afterAll(() => site.close())

const holder = () => site.identity(CLIENT_CERTIFICATES.CONFIDENTIAL)
const use = async (token: string, identity: TlsIdentity) => {
  const headers = { authorization: `Bearer ${token}` }
  const { status, text } = await mutualTlsRequest(site.examples.librarySampleUrl, identity, { headers })
  return [status, text]
}

async function obtainToken(scope: string): Promise<string> {
  const { clientId, clientSecret = '' } = site.seeded.clients[1]
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const { text } = await mutualTlsRequest(`${site.mtlsUrl}/token`, holder(), {
    form: `grant_type=client_credentials&scope=${scope}`,
    headers: { authorization },
  })
  return (JSON.parse(text) as { access_token: string }).access_token
}

test('the sample resource server serves the holder of a token, refuses a thief and logs why, and gives nobody else a connection', async () => {
  const token = await obtainToken('accounts:read')
  const [status, text = ''] = await use(token, holder())
  expect(status).toBe(200)
  expect(JSON.parse(String(text))).toMatchObject({
    clientId: site.seeded.clients[1].clientId,
    scopes: ['accounts:read'],
  })
  expect(await use(token, site.identity(CLIENT_CERTIFICATES.STRANGER))).toEqual([
    401,
    '{"error":"invalid_token"}',
  ])
  expect(lines.filter((line) => line.includes('"resourceServer":"refused"'))).toEqual([
    expect.stringMatching(
      /"reason":"certificate-differs","clientId":"\d+","expected":"[\w-]{43}","actual":"[\w-]{43}"/,
    ),
  ])
  await expect(use(token, site.identity())).rejects.toThrow()
  const untrusted = { ca: site.certificates.ca.cert, ...(await makeIdentity(undefined, {})) }
  await expect(use(token, untrusted)).rejects.toThrow()
  expect(await use(await obtainToken('payments:write'), holder())).toEqual([
    403,
    '{"error":"insufficient_scope"}',
  ])
})

test('the sample resource server goes on working when its service gets fapi2, which refuses secrets', async () => {
  const token = await obtainToken('accounts:read')
  const { registry } = site.runtime.store
  const before = await registry.changeService(site.seeded.serviceId, (service) => service)
  await registry.changeService(site.seeded.serviceId, (service) => ({
    ...service,
    ...{ fapi2: true, pkceRequired: true, pkceS256Required: true, refreshTokenKept: true },
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'],
  }))
  onTestFinished(async () => {
    await registry.changeService(site.seeded.serviceId, (service) => ({ ...service, ...before }))
  })
  expect((await use(token, holder()))[0]).toBe(200)
})

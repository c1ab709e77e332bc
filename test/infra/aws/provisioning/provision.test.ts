import { expect } from 'vitest'
import { routes as management } from '../../../../functions/management/routes.ts'
import { serve } from '../../../../shared/lambda/serve.ts'
import { metadataOf } from '../../../../shared/metadata/metadata.ts'
import type { Runtime } from '../../../../shared/runtime/runtime.ts'
import { eventFor, gateway } from '../../../support/gateway.ts'
import { rawTables } from '../../../support/raw-tables.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { SERVICE, test } from './provisioning.ts'

interface Made {
  service?: { serviceId: number; credentials: { role: string; secret: string }[] }
  owner?: { serviceOwnerApiKey: string; serviceOwnerApiSecret: string; organizationAccessToken: string }
  client?: { alias: string; clientId: number; clientSecret?: string }
}
/** All printed secrets in one object. */
const made = (stdout: string): Made =>
  Object.assign(
    {},
    ...stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Made),
  ) as Made

async function statusOf(runtime: Runtime, route: string, token: string): Promise<number> {
  const handler = serve(management, runtime)
  const serviceId = { pathParameters: { serviceId: String(SERVICE) } }
  const headers = { authorization: `Bearer ${token}` }
  const { statusCode } = await handler(eventFor({ route, method: 'GET', headers, ...serviceId }, '2.0'))
  return statusCode
}

async function stored(endpoint: string, { settings }: Runtime): Promise<string> {
  const raw = rawTables({ endpoint, settings })
  const text = JSON.stringify(await raw.everything())
  raw.close()
  return text
}

test('provision needs tables, and creates a service with secure settings, its owner and its clients', async ({
  provisioning,
}) => {
  const { deployTables, endpoint, provision, registry, runtime } = provisioning
  const early = await provision()
  expect(early.code).toBe(1)
  expect(early.stderr).toMatch(
    /^provision: the tables: the tables do not exist: npm run deploy creates them; .*\n$/,
  )
  const tables = await deployTables()
  expect([tables.code, tables.stderr]).toEqual([0, ''])
  expect(tables.stdout).toContain('certbound-prod-registry, certbound-prod-grants')

  const { code, stdout, stderr } = await provision('--json')
  expect(code, stderr).toBe(0)
  const { service, owner, client } = made(stdout)
  expect(service?.serviceId).toBe(SERVICE)

  const record = await registry.findService(SERVICE)
  expect(record).toMatchObject({
    issuer: 'https://auth.example.com',
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: true,
    pkceS256Required: true,
    shortClientSecretsAllowed: false,
    accessTokenDuration: 3600,
    authorizationCodeDuration: 60,
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'],
    jwks: [{ kid: '1', alg: 'ES256', use: 'sig' }],
  })
  expect(await registry.findSigningKey(SERVICE, '1')).toMatchObject({ type: 'private' })
  expect(record && metadataOf(record)).toMatchObject({
    token_endpoint: 'https://mtls.auth.example.com/token',
    introspection_endpoint: 'https://mtls.auth.example.com/introspection/standard',
    jwks_uri: 'https://auth.example.com/jwks',
    mtls_endpoint_aliases: undefined,
  })
  expect(await registry.findClient(SERVICE, 'payments')).toMatchObject({
    clientId: client?.clientId,
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientCertificateBoundAccessTokens: true,
    tlsClientAuthSubjectDn: 'CN=payments.example.com,O=Example,C=DE',
  })
  expect(await runtime.store.grants.findState(SERVICE, client?.clientId ?? 0)).toMatchObject({
    locked: false,
  })
  expect(client).not.toHaveProperty('clientSecret')

  const secrets = service?.credentials ?? []
  expect(secrets.map(({ role }) => role)).toEqual(['manage', 'runtime', 'introspect'])
  const answers = await Promise.all(
    secrets.map(({ secret }) => statusOf(runtime, '/api/{serviceId}/client/get/list', secret)),
  )
  expect(answers).toEqual([200, 403, 403])
  expect(await statusOf(runtime, '/api/service/get/list', owner?.organizationAccessToken ?? '')).toBe(200)

  const text = await stored(endpoint, runtime)
  const shown = [
    ...secrets.map(({ secret }) => secret),
    owner?.serviceOwnerApiSecret ?? '',
    owner?.organizationAccessToken ?? '',
  ]
  expect(shown.filter((secret) => secret.length < 43 || text.includes(secret))).toEqual([])
})

test('a second provision changes nothing, shows no secret and lists the existing parts', async ({
  provisioning,
}) => {
  const { deployTables, endpoint, provision, runtime } = provisioning
  await deployTables()
  await provision()
  const before = await stored(endpoint, runtime)
  const { code, stdout } = await provision()
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual([
    `  service ${String(SERVICE)}: exists, no change`,
    '  owner of the deployment: exists, no change',
    '  client payments: exists, no change',
    '',
  ])
  expect(await stored(endpoint, runtime)).toBe(before)
})

test('provision adds the announcement endpoint to a service of an older version, and leaves every other one as it is', async ({
  provisioning,
}) => {
  const { configure, deployTables, provision, registry } = provisioning
  await deployTables()
  await provision()
  const change = async (members: object) =>
    registry.changeService(SERVICE, ({ certificateAnnouncementEndpoint: _, ...service }) => ({
      ...service,
      ...members,
    }))
  const endpoint = async () => (await registry.findCurrentService(SERVICE))?.certificateAnnouncementEndpoint
  await change({ revocationEndpoint: undefined })
  const { stdout } = await provision()
  expect(stdout).toContain(`  service ${String(SERVICE)}: add certificateAnnouncementEndpoint\n`)
  expect(await endpoint()).toBe('https://mtls.auth.example.com/certificate/announce')
  expect((await registry.findCurrentService(SERVICE))?.revocationEndpoint).toBeUndefined()
  expect((await provision()).stdout).toContain(`  service ${String(SERVICE)}: exists, no change\n`)

  await change({ certificateAnnouncementEndpoint: 'https://as.example.com/announce' })
  await provision()
  expect(await endpoint()).toBe('https://as.example.com/announce')
  await change({})
  configure('"service": {', '"service": { "certificateAnnouncementEndpoint": null,')
  await provision()
  expect(await endpoint()).toBeUndefined()
})

test('provision creates a client that is added later, with the secret that it needs', async ({
  provisioning,
}) => {
  const { configure, deployTables, provision, registry } = provisioning
  await deployTables()
  await provision()
  configure('"clients": [', '"clients": [{ "clientIdAlias": "web", "clientType": "CONFIDENTIAL" },')
  const { stdout } = await provision('--json')
  const { client, ...others } = made(stdout)
  expect(others).toEqual({})
  expect(client).toMatchObject({ alias: 'web', clientSecret: expect.stringMatching(/^[\w-]{86}$/) as string })
  expect(await registry.listClients(SERVICE)).toHaveLength(2)
})

test('a provisioned service issues bound tokens to its client, and none without its certificate', async ({
  provisioning,
}) => {
  const { configure, deployTables, provision, runtime } = provisioning
  configure(
    'CN=payments.example.com,O=Example,C=DE',
    'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP',
  )
  await deployTables()
  const { service, client } = made((await provision('--json')).stdout)
  const send = gateway(runtime)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = `grant_type=client_credentials&client_id=${String(client?.clientId)}`
  const certificate = certificatePem('client-ec-p256')
  const issued = await send({ route: '/token', headers, body, certificate })
  expect(issued).toMatchObject({ status: 200, json: { token_type: 'Bearer', expires_in: 3600 } })
  expect((await send({ route: '/token', headers, body })).status).toBe(401)
  expect(
    (await send({ route: '/token', headers, body, certificate, domainName: 'auth.example.com' })).status,
  ).toBe(404)

  const introspect = service?.credentials.find(({ role }) => role === 'introspect')?.secret ?? ''
  const call = (clientCertificate?: string) =>
    send({
      route: '/api/{serviceId}/auth/introspection',
      pathParameters: { serviceId: String(SERVICE) },
      headers: { authorization: `Bearer ${introspect}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token: issued.json['access_token'], clientCertificate }),
      domainName: 'auth.example.com',
    })
  expect((await call(certificate)).json).toMatchObject({ action: 'OK' })
  expect((await call(certificatePem('client-other'))).json).toMatchObject({ action: 'UNAUTHORIZED' })
  expect((await call()).json).toMatchObject({ action: 'UNAUTHORIZED' })
})

test('if the OAuth endpoints are on both domains, the metadata contains the URLs of both', async ({
  provisioning,
}) => {
  const { configure, deployTables, provision, registry } = provisioning
  configure('// "mtlsOnly": true', '"mtlsOnly": false')
  await deployTables()
  await provision()
  const record = await registry.findService(SERVICE)
  expect(record && metadataOf(record)).toMatchObject({
    token_endpoint: 'https://auth.example.com/token',
    mtls_endpoint_aliases: {
      token_endpoint: 'https://mtls.auth.example.com/token',
      revocation_endpoint: 'https://mtls.auth.example.com/revocation',
      introspection_endpoint: 'https://mtls.auth.example.com/introspection/standard',
    },
  })
})

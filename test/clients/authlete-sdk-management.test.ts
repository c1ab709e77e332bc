import { AuthleteDefaultError, ResultError } from '@authlete/typescript-sdk/models/errors'
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { drivesFamily, told, openSdk } from './authlete-sdk.ts'

const opened = await openSdk()

function signingKey(kid: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify({
    keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }],
  })
}

test('the SDK creates, reads, lists, changes and deletes services', async () => {
  const { service: services } = opened.organization
  const created = await services.create({
    ...{ serviceName: 'Second', issuer: 'https://second.example.com', jwks: signingKey('a') },
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedScopes: [{ name: 'read', defaultEntry: true, description: 'Read' }],
    tlsClientCertificateBoundAccessTokens: true,
    attributes: [{ key: 'tier', value: 'gold' }],
  })
  expect(created).toMatchObject({ serviceName: 'Second', accessTokenDuration: 86_400 })
  expect(created.apiSecret).toMatch(/^[\w-]{86}$/)
  const serviceId = String(created.apiKey)

  expect(await services.get({ serviceId })).toMatchObject({
    issuer: 'https://second.example.com',
    supportedScopes: [{ name: 'read', defaultEntry: true, description: 'Read' }],
    tlsClientCertificateBoundAccessTokens: true,
    attributes: [{ key: 'tier', value: 'gold' }],
  })
  const list = await services.list({ start: 0, end: 10 })
  expect(list).toMatchObject({ start: 0, end: 10, totalCount: 2 })
  expect(list.services?.map(({ apiKey }) => String(apiKey))).toContain(serviceId)

  const changed = await services.update({ serviceId, service: { accessTokenDuration: 600 } })
  expect(changed).toMatchObject({ accessTokenDuration: 600, serviceName: 'Second' })
  expect(changed.apiSecret).toBeUndefined()

  await expect(services.delete({ serviceId })).resolves.toBeUndefined()
  await expect(services.get({ serviceId })).rejects.toBeInstanceOf(AuthleteDefaultError)
})

test('the SDK reads the document and the public keys of a service', async () => {
  const { service, serviceId } = opened
  // The SDK keeps no member of the document.
  expect(await service.service.getConfiguration({ serviceId, pretty: true })).toEqual({})
  const patched = service.service.getConfiguration({ serviceId, patch: '[]' })
  await expect(patched).rejects.toMatchObject({ statusCode: 400, resultCode: 'A001297' })
  const keys = await service.jwkSetEndpoint.serviceJwksGetApi({ serviceId })
  expect(keys.keys).toMatchObject([{ kty: 'EC', kid: '1', alg: 'ES256', use: 'sig' }])
  expect(JSON.stringify(keys)).not.toContain('"d"')
  const withPrivate = service.jwkSetEndpoint.serviceJwksGetApi({ serviceId, includePrivateKeys: true })
  await expect(withPrivate).rejects.toMatchObject({ name: 'ResultError', resultCode: 'A001217' })
})

test('the SDK reads which setting of a service is refused because it would have no effect', async () => {
  const { organization, serviceId } = opened
  const refused = organization.service.update({ serviceId, service: { requestObjectRequired: true } })
  await expect(refused).rejects.toBeInstanceOf(ResultError)
  await expect(refused).rejects.toMatchObject({
    statusCode: 400,
    resultCode: 'A039291',
    resultMessage: expect.stringContaining("'requestObjectRequired'") as string,
  })
})

const clients = () => opened.service.client
const create = (client: object) => clients().create({ serviceId: opened.serviceId, client })

test('the SDK creates, reads, lists, replaces and deletes clients', async () => {
  const { serviceId } = opened
  const created = await create({
    ...{ clientName: 'Shop', clientType: 'CONFIDENTIAL', developer: 'dora' },
    redirectUris: ['https://shop.example.com/cb'],
    grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
    tlsClientCertificateBoundAccessTokens: true,
  })
  expect(created).toMatchObject({
    clientName: 'Shop',
    tokenAuthMethod: 'CLIENT_SECRET_BASIC',
    tlsClientCertificateBoundAccessTokens: true,
  })
  expect(created.clientSecret).toMatch(/^[\w-]{86}$/)
  const clientId = String(created.clientId)

  const got = await clients().get({ serviceId, clientId })
  expect(got).toMatchObject({ clientName: 'Shop', redirectUris: ['https://shop.example.com/cb'] })
  expect(got.clientSecret).toBeUndefined()
  const list = await clients().list({ serviceId, developer: 'dora' })
  expect(list).toMatchObject({ totalCount: 1, clients: [{ clientId: created.clientId }] })

  const updated = await clients().update({ serviceId, clientId, client: { clientName: 'Shop 2' } })
  expect(updated).toMatchObject({ clientName: 'Shop 2', clientType: 'PUBLIC', redirectUris: [] })

  await expect(clients().delete({ serviceId, clientId })).resolves.toBeUndefined()
  await expect(clients().get({ serviceId, clientId })).rejects.toMatchObject({
    name: 'AuthleteDefaultError',
    statusCode: 404,
    body: expect.stringContaining('A001212') as string,
  })
})

test('the SDK locks and unlocks clients, which takes effect at once', async () => {
  const { serviceId, confidentialClient } = opened
  const { clientId, clientSecret = '' } = confidentialClient
  const lock = (clientLocked: boolean) =>
    clients().management.updateLockFlag({
      ...{ serviceId, clientIdentifier: clientId, clientFlagUpdateRequest: { clientLocked } },
    })
  const ask = () =>
    opened.service.token.process({
      serviceId,
      tokenRequest: {
        ...{ parameters: 'grant_type=client_credentials', clientId, clientSecret },
        clientCertificate: opened.certificates.confidential,
      },
    })
  expect((await lock(true)).resultMessage).toBeTypeOf('string')
  expect(told(await ask())).toBe('INVALID_CLIENT A048307')
  await lock(false)
  expect(await ask()).toMatchObject({ action: 'OK' })
})

test('the SDK gets a client another secret', async () => {
  const { serviceId } = opened
  const { clientId, clientSecret } = await create({ clientType: 'CONFIDENTIAL' })
  const clientIdentifier = String(clientId)
  const { management } = clients()
  const refreshed = await management.refreshSecret({ serviceId, clientIdentifier })
  expect(refreshed.resultCode).toBe('A148001')
  expect(refreshed.newClientSecret).not.toBe(clientSecret)
  const chosen = 's'.repeat(43)
  const updated = await management.updateSecret({
    ...{ serviceId, clientIdentifier, clientSecretUpdateRequest: { clientSecret: chosen } },
  })
  expect(updated).toMatchObject({ resultCode: 'A149001', newClientSecret: chosen })
  const short = management.updateSecret({
    ...{ serviceId, clientIdentifier, clientSecretUpdateRequest: { clientSecret: 'short' } },
  })
  await expect(short).rejects.toMatchObject({ name: 'ResultError', resultCode: 'A149601' })
})

test('the SDK gives a client of a service that it has made a short secret, and passes it on in both places', async () => {
  const { organization, withToken } = opened
  const { apiKey, apiSecret = '' } = await organization.service.create({
    ...{ serviceName: 'Third', issuer: 'https://third.example.com' },
    supportedGrantTypes: ['CLIENT_CREDENTIALS'],
    supportedTokenAuthMethods: ['CLIENT_SECRET_POST'],
  })
  const [serviceId, sdk] = [String(apiKey), withToken(apiSecret)]
  const client = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_POST' } as const
  const { clientId } = await sdk.client.create({
    ...{ serviceId, client: { ...client, grantTypes: ['CLIENT_CREDENTIALS'] } },
  })
  const clientSecret = 'sixteen-letters-'
  const { resultCode } = await sdk.client.management.updateSecret({
    ...{ serviceId, clientIdentifier: String(clientId), clientSecretUpdateRequest: { clientSecret } },
  })
  expect(resultCode).toBe('A149001')
  const ask = (secret: string) =>
    sdk.token.process({
      serviceId,
      tokenRequest: {
        parameters: `grant_type=client_credentials&client_id=${String(clientId)}&client_secret=${clientSecret}`,
        ...{ clientId: String(clientId), clientSecret: secret },
      },
    })
  expect(told(await ask(clientSecret))).toBe('OK A052001')
  expect(told(await ask('another-secret--'))).toBe('INVALID_CLIENT A157305')
  await organization.service.delete({ serviceId })
})

test('the SDK limits the scopes that a client may request', async () => {
  const { serviceId } = opened
  const clientId = String((await create({ clientType: 'CONFIDENTIAL' })).clientId)
  const { management } = clients()
  const update = (requestableScopes?: string[]) =>
    management.updateRequestableScopes({
      ...{ serviceId, clientId, clientExtensionRequestableScopesUpdateRequest: { requestableScopes } },
    })
  const limit = async () => (await management.getRequestableScopes({ serviceId, clientId })).requestableScopes
  expect(await limit()).toBeUndefined()
  expect((await update(['accounts:read', 'unknown'])).requestableScopes).toEqual(['accounts:read'])
  expect(await limit()).toEqual(['accounts:read'])
  expect((await update([])).requestableScopes).toEqual([])
  await expect(management.deleteRequestableScopes({ serviceId, clientId })).resolves.toBeUndefined()
  expect(await limit()).toBeUndefined()
  await update(['accounts:read'])
  expect((await update()).requestableScopes).toBeUndefined()
})

test('the SDK parses the error for wrong credentials', async () => {
  const { serviceId, withToken } = opened
  await expect(withToken('wrong').service.get({ serviceId })).rejects.toMatchObject({
    name: 'ResultError',
    statusCode: 401,
    resultCode: 'A458101',
  })
})

test('the SDK manages the clients of a service by the token of the organization, and issues no tokens by it', async () => {
  const { serviceId, organization } = opened
  const { clientId: created = 0 } = await organization.client.create({
    serviceId,
    client: { clientName: 'Org' },
  })
  const clientId = String(created)
  expect(await organization.client.get({ serviceId, clientId })).toMatchObject({ clientName: 'Org' })
  const subject = { subjectPathParameter: 'alice', subjectQueryParameter: 'alice' }
  const applications = await organization.client.management.listAuthorizations({ serviceId, ...subject })
  expect(applications.totalCount).toBe(0)
  const refused = { statusCode: 401, resultCode: 'A458101' }
  const asked = { grantType: 'AUTHORIZATION_CODE', clientId: created, subject: 'alice' } as const
  const token = organization.token.management.create({ serviceId, tokenCreateRequest: asked })
  await expect(token).rejects.toMatchObject(refused)
  const known = organization.introspection.process({ serviceId, introspectionRequest: { token: 'x' } })
  await expect(known).rejects.toMatchObject(refused)
  await expect(organization.client.delete({ serviceId, clientId })).resolves.toBeUndefined()
})

drivesFamily('management', opened)

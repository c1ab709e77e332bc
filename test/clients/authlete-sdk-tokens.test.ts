import { AuthleteDefaultError } from '@authlete/typescript-sdk/models/errors'
import { beforeEach, expect, test } from 'vitest'
import { drivesFamily, told, openSdk } from './authlete-sdk.ts'

const opened = await openSdk()

let subjects = 0
let subject: string
beforeEach(() => {
  subjects += 1
  subject = `user-${subjects}`
})

const tokens = () => opened.service.token.management
const clientNumber = () => Number(opened.publicClient.clientId)

const create = (more: object = {}) =>
  tokens().create({
    serviceId: opened.serviceId,
    tokenCreateRequest: { grantType: 'AUTHORIZATION_CODE', clientId: clientNumber(), subject, ...more },
  })

async function introspected(token = '', clientCertificate?: string) {
  return opened.service.introspection.process({
    serviceId: opened.serviceId,
    introspectionRequest: { token, ...(clientCertificate === undefined ? {} : { clientCertificate }) },
  })
}
const isUsable = async (token?: string) => (await introspected(token)).usable

test('the SDK makes tokens without an authorization, with what was asked for', async () => {
  const properties = [{ key: 'tier', value: 'gold', hidden: false }]
  const answer = await create({
    ...{ scopes: ['accounts:read'], properties, accessTokenDuration: 60, refreshTokenDuration: 600 },
  })
  expect(answer).toMatchObject({
    action: 'OK',
    resultCode: 'A109001',
    grantType: 'AUTHORIZATION_CODE',
    clientId: clientNumber(),
    subject,
    scopes: ['accounts:read'],
    tokenType: 'Bearer',
    expiresIn: 60,
    properties,
  })
  expect(await introspected(answer.accessToken)).toMatchObject({ action: 'OK', subject, properties })
})

test('the SDK makes tokens that are bound by a thumbprint', async () => {
  const { certificates } = opened
  const unbound = await create()
  const { accessToken } = await create({ certificateThumbprint: 'A'.repeat(43) })
  expect(await introspected(accessToken, certificates.public)).toMatchObject({ resultCode: 'A065305' })
  expect(await introspected(unbound.accessToken, certificates.public)).toMatchObject({ action: 'OK' })
})

test('the SDK parses the refusal to make a token', async () => {
  expect(told(await create({ grantType: 'REFRESH_TOKEN' }))).toBe('BAD_REQUEST A104202')
  expect(told(await create({ clientId: 4711 }))).toBe('BAD_REQUEST A107201')
  await expect(create({ accessToken: 'my own' })).rejects.toMatchObject({
    name: 'ResultError',
    statusCode: 400,
    resultCode: 'A001297',
  })
})

test('the SDK changes tokens', async () => {
  const { accessToken = '' } = await create({ scopes: ['accounts:read'] })
  const update = (more: object) =>
    tokens().update({ serviceId: opened.serviceId, tokenUpdateRequest: { accessToken, ...more } })
  expect(await update({ scopes: ['payments:write'] })).toMatchObject({
    action: 'OK',
    resultCode: 'A135001',
    scopes: ['payments:write'],
  })
  const renewed = await update({ accessTokenValueUpdated: true })
  expect(await isUsable(renewed.accessToken)).toBe(true)
  expect(await isUsable(accessToken)).toBe(false)
  expect(told(await update({}))).toBe('NOT_FOUND A134202')
})

test('the SDK lists tokens by client and by subject', async () => {
  await create({ scopes: ['accounts:read'] })
  await create()
  const list = (more: object) => tokens().list({ serviceId: opened.serviceId, ...more })
  const answer = await list({ subject, clientIdentifier: String(clientNumber()) })
  expect(answer).toMatchObject({ totalCount: 2, subject, client: { clientId: clientNumber() } })
  expect(answer.accessTokens).toHaveLength(2)
  expect((await list({ subject, start: 1, end: 2 })).accessTokens).toHaveLength(1)
  expect((await list({})).totalCount).toBeGreaterThan(1)
  await expect(list({ clientIdentifier: '4711' })).rejects.toBeInstanceOf(AuthleteDefaultError)
})

test('the SDK deletes tokens, and deleting a token that is not there succeeds', async () => {
  const { accessToken = '' } = await create()
  for (let i = 0; i < 2; i++) {
    const deleting = tokens().delete({
      serviceId: opened.serviceId,
      accessTokenIdentifier: accessToken,
    })
    await expect(deleting).resolves.toBeUndefined()
  }
  expect(await isUsable(accessToken)).toBe(false)
})

test('the SDK revokes tokens by access token, by refresh token, and by client and subject', async () => {
  const { serviceId } = opened
  const revoke = (tokenRevokeRequest: object) => tokens().revoke({ serviceId, tokenRevokeRequest })
  const [first, second, third] = [await create(), await create(), await create()]
  expect(await revoke({ accessTokenIdentifier: first.accessToken })).toMatchObject({ count: 1 })
  expect(await revoke({ refreshTokenIdentifier: second.refreshToken })).toMatchObject({ count: 1 })
  expect(await revoke({ clientIdentifier: String(clientNumber()), subject })).toMatchObject({ count: 1 })
  for (const { accessToken } of [first, second, third]) expect(await isUsable(accessToken)).toBe(false)
  await expect(revoke({})).rejects.toMatchObject({ statusCode: 400, resultCode: 'A135291' })
})

const management = () => opened.service.client.management
const named = () => ({
  serviceId: opened.serviceId,
  clientId: String(clientNumber()),
  subjectPathParameter: subject,
  subjectQueryParameter: subject,
})

test('the SDK lists, changes and ends the applications of a user', async () => {
  const { accessToken } = await create({ scopes: ['accounts:read'] })
  const { serviceId, clientId } = named()
  expect(await management().listAuthorizations(named())).toMatchObject({
    ...{ start: 0, end: 5, totalCount: 1, subject },
    clients: [{ clientId: clientNumber(), clientName: 'Public client' }],
  })
  const updated = await management().updateAuthorizations({
    ...{ serviceId, clientId },
    clientAuthorizationUpdateRequest: { subject, scopes: ['payments:write'] },
  })
  expect(updated.resultCode).toBe('A138001')
  expect((await introspected(accessToken)).scopes).toEqual(['payments:write'])
  expect((await management().deleteAuthorizations(named())).resultCode).toBe('A137001')
  expect(await isUsable(accessToken)).toBe(false)
  expect(await management().listAuthorizations(named())).toMatchObject({ totalCount: 0, clients: [] })
})

test('the SDK reads and forgets what a user has granted, and the tokens go on', async () => {
  const { accessToken } = await create({ scopes: ['accounts:read'] })
  const granted = () => management().getGrantedScopes(named())
  const scopes = ['accounts:read']
  expect(await granted()).toMatchObject({
    ...{ resultCode: 'A137091', serviceApiKey: Number(opened.serviceId), clientId: clientNumber(), subject },
    ...{ latestGrantedScopes: scopes, mergedGrantedScopes: scopes },
  })
  expect((await management().deleteGrantedScopes(named())).resultCode).toBe('A137092')
  expect(await granted()).not.toHaveProperty('mergedGrantedScopes')
  expect(await isUsable(accessToken)).toBe(true)
})

drivesFamily('tokens', opened)

import { AuthorizationFailRequestReason as Reasons } from '@authlete/typescript-sdk/models'
import { expect, test } from 'vitest'
import { drivesFamily, told, openSdk } from './authlete-sdk.ts'
import { contentOf, form, ticketFrom } from './authlete-sdk-walk.ts'

const opened = await openSdk()

const ticket = () => ticketFrom(opened)

test('the SDK reads from an authorization answer what was asked for', async () => {
  const { service, serviceId, publicClient } = opened
  const { clientId: client_id, redirectUri: redirect_uri } = publicClient
  const asked = {
    scope: 'accounts:read',
    prompt: 'none',
    max_age: '60',
    display: 'popup',
    ui_locales: 'ja',
  }
  const answer = await service.authorization.processRequest({
    serviceId,
    authorizationRequest: {
      parameters: form({ response_type: 'code', client_id, redirect_uri, ...asked }),
    },
  })
  expect(answer).toMatchObject({
    action: 'NO_INTERACTION',
    maxAge: 60,
    display: 'POPUP',
    uiLocales: ['ja'],
    scopes: [{ name: 'accounts:read', description: 'Read accounts' }],
    service: { apiKey: Number(serviceId) },
  })
})

test('the SDK reads what the client asks about the end-user', async () => {
  const { service, serviceId, publicClient } = opened
  const { clientId: client_id, redirectUri: redirect_uri } = publicClient
  const [id_token, userinfo] = [{ acr: { essential: true, values: ['gold'] }, email: null }, { name: null }]
  const claims = JSON.stringify({ id_token: { ...id_token, sub: { value: 'alice' } }, userinfo })
  const asked = { scope: 'openid', nonce: 'n', claims, claims_locales: 'ja' }
  const answer = await service.authorization.processRequest({
    serviceId,
    authorizationRequest: {
      parameters: form({ response_type: 'code', client_id, redirect_uri, ...asked }),
    },
  })
  expect(answer).toMatchObject({
    ...{ action: 'INTERACTION', acrs: ['gold'], acrEssential: true, subject: 'alice' },
    ...{ claims: ['acr', 'email', 'sub'], claimsAtUserInfo: ['name'], claimsLocales: ['ja'] },
    idTokenClaims: JSON.stringify({ ...id_token, sub: { value: 'alice' } }),
    userInfoClaims: JSON.stringify(userinfo),
  })
})

test('the SDK reads BAD_REQUEST for a client that is not known', async () => {
  const { service, serviceId } = opened
  const authorizationRequest = { parameters: 'response_type=code&client_id=4711' }
  const answer = await service.authorization.processRequest({ serviceId, authorizationRequest })
  expect(told(answer)).toBe('BAD_REQUEST A010304')
  expect(contentOf(answer)).toMatchObject({ error: 'invalid_request' })
})

test('the SDK stores, reads and replaces the context of a ticket', async () => {
  const { service, serviceId } = opened
  const { management } = service.authorization
  const kept = await ticket()
  const authorizationTicketInfoRequest = { ticket: kept }
  const before = await management.getTicketInfo({ serviceId, authorizationTicketInfoRequest })
  expect(before.action).toBe('OK')
  const updated = await management.updateTicket({
    serviceId,
    authorizationTicketUpdateRequest: { ticket: kept, info: 'a note' },
  })
  expect(updated).toMatchObject({ action: 'OK' })
  const after = await management.getTicketInfo({ serviceId, authorizationTicketInfoRequest })
  expect(after).toMatchObject({ action: 'OK', info: { context: 'a note' } })
})

test.each(Object.values(Reasons))('the SDK fails a request for the reason %s', async (reason) => {
  const { service, serviceId } = opened
  const answer = await service.authorization.fail({
    serviceId,
    authorizationFailRequest: { ticket: await ticket(), reason },
  })
  expect(answer).toMatchObject({
    action: 'LOCATION',
    resultCode: expect.stringMatching(/^A0603/) as string,
  })
  const { searchParams } = new URL(answer.responseContent ?? '')
  expect([searchParams.get('state'), searchParams.get('error')]).toEqual(['s', expect.any(String)])
})

test('the SDK pushes a request, and its request URI leads to a ticket', async () => {
  const { service, serviceId, confidentialClient } = opened
  const { clientId, clientSecret, redirectUri: redirect_uri } = confidentialClient
  const parameters = form({ response_type: 'code', redirect_uri, scope: 'accounts:read' })
  const pushedAuthorizationRequest = { parameters, clientId, clientSecret }
  const pushed = await service.pushedAuthorization.create({ serviceId, pushedAuthorizationRequest })
  expect(told(pushed)).toBe('CREATED A245001')
  expect(pushed.clientAuthMethod).toBe('CLIENT_SECRET_BASIC')
  const { requestUri: request_uri = '' } = pushed
  expect(contentOf(pushed)).toEqual({ request_uri, expires_in: 300 })
  const started = await service.authorization.processRequest({
    serviceId,
    authorizationRequest: { parameters: form({ client_id: clientId, request_uri }) },
  })
  expect(started).toMatchObject({ action: 'INTERACTION', scopes: [{ name: 'accounts:read' }] })
})

test('the SDK reads UNAUTHORIZED for a pushed request with a wrong secret', async () => {
  const { service, serviceId, confidentialClient } = opened
  const { clientId, redirectUri: redirect_uri } = confidentialClient
  const parameters = form({ response_type: 'code', redirect_uri })
  const pushedAuthorizationRequest = { parameters, clientId, clientSecret: 'wrong' }
  const answer = await service.pushedAuthorization.create({ serviceId, pushedAuthorizationRequest })
  expect(told(answer)).toBe('UNAUTHORIZED A157305')
  expect(contentOf(answer)).toMatchObject({ error: 'invalid_client' })
})

drivesFamily('authorization', opened)

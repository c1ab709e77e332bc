import { ClientExtensionRequestableScopesGetResponse$inboundSchema as RequestableScopes } from '@authlete/typescript-sdk/models/clientextensionrequestablescopesgetresponse.js'
import type { ClientInput } from '@authlete/typescript-sdk/models/client.js'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { expect, test } from 'vitest'
import { keySet, newSigningKey } from '../support/signing-keys.ts'
import { openSdk, told } from './authlete-sdk.ts'

/** The work of Authlete's test suites and front end through the SDK: set-up, rotation, consent and clean-up. */
const { organization, service, serviceId } = await openSdk()

const ISSUER = 'https://as.example.com'
const REDIRECT_URI = 'https://client.example.com/callback'

/** The set-up of the suites in TypeScript and Go: a new RSA key takes the place of all others, and is named. */
async function setUp(kid: string): Promise<void> {
  await organization.service.update({
    serviceId,
    service: {
      issuer: ISSUER,
      ...keySet(newSigningKey(kid, 'RS256').own),
      idTokenSignatureKeyId: kid,
      accessTokenDuration: 3600,
      supportedScopes: [{ name: 'openid', defaultEntry: false }],
    },
  })
}

async function newClient() {
  const client: ClientInput = {
    ...{ clientName: 'suite', clientType: 'CONFIDENTIAL', redirectUris: [REDIRECT_URI] },
    ...{ grantTypes: ['AUTHORIZATION_CODE'], responseTypes: ['CODE'] },
  }
  const { clientId, clientSecret } = await organization.client.create({ serviceId, client })
  return { clientId: String(clientId), clientSecret }
}

/** @param consent what the front end adds to the ticket and the subject */
async function logIn(client: Awaited<ReturnType<typeof newClient>>, consent: object = {}) {
  const asked = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    nonce: 'n',
  }
  const { ticket = '' } = await service.authorization.processRequest({
    serviceId,
    authorizationRequest: { parameters: new URLSearchParams(asked).toString() },
  })
  const authorizationIssueRequest = { ticket, subject: 'alice', ...consent }
  const { authorizationCode: code = '' } = await service.authorization.issue({
    serviceId,
    authorizationIssueRequest,
  })
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
  const parameters = new URLSearchParams(form).toString()
  return service.token.process({ serviceId, tokenRequest: { parameters, ...client } })
}

async function verified(idToken: string | undefined, audience: string) {
  const { keys } = await service.jwkSetEndpoint.serviceJwksGetApi({ serviceId })
  const set = createLocalJWKSet({ keys } as unknown as JSONWebKeySet)
  return jwtVerify(idToken ?? '', set, { issuer: ISSUER, audience })
}

test('the set-up replaces the only key by one that it names for ID tokens, ten times on one service, and each signs at once', async () => {
  for (let time = 1; time <= 10; time++) {
    const client = await newClient()
    await setUp(`rsa-${String(time)}`)
    const { idToken, accessToken = '' } = await logIn(client)
    const { payload, protectedHeader } = await verified(idToken, client.clientId)
    expect([protectedHeader.kid, payload.sub, payload['nonce']]).toEqual([
      `rsa-${String(time)}`,
      'alice',
      'n',
    ])
    const introspected = await service.introspection.process({
      serviceId,
      introspectionRequest: { token: accessToken },
    })
    expect(told(introspected)).toBe('OK A056001')
    await organization.client.delete({ serviceId, clientId: client.clientId })
  }
})

test('the consent of a front end that sends sub and auth_time among the claims gives an ID token of the subject', async () => {
  const client = await newClient()
  const claims = JSON.stringify({ sub: 'mallory', auth_time: 1, name: 'Alice' })
  const { idToken } = await logIn(client, { claims })
  const { payload } = await verified(idToken, client.clientId)
  expect(payload).toMatchObject({ sub: 'alice', name: 'Alice' })
  expect(payload).not.toHaveProperty('auth_time')
})

test('the clean-up ends the tokens of a client', async () => {
  const client = await newClient()
  const { accessToken = '' } = await logIn(client)
  await organization.client.delete({ serviceId, clientId: client.clientId })
  const introspected = await service.introspection.process({
    serviceId,
    introspectionRequest: { token: accessToken },
  })
  expect(told(introspected)).toBe('UNAUTHORIZED A057393')
})

test('requestableScopes is left out where they are not limited, because the SDK does not parse null', async () => {
  const { clientId } = await newClient()
  expect(await organization.client.management.getRequestableScopes({ serviceId, clientId })).toEqual({})
  expect(RequestableScopes.safeParse({ requestableScopes: null }).success).toBe(false)
})

test('a service without an issuer is refused with what is missing', async () => {
  const created = organization.service.create({ serviceName: 'Without issuer' })
  await expect(created).rejects.toMatchObject({
    statusCode: 400,
    resultMessage: expect.stringContaining("'issuer' must be specified.") as string,
  })
})

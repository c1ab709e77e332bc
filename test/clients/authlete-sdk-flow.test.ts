import { hash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { newProofKey } from '../support/proof-keys.ts'
import { drivesFamily, told, openSdk } from './authlete-sdk.ts'
import { contentOf, form, SUBJECT, tokensFrom } from './authlete-sdk-walk.ts'

const opened = await openSdk()

const tokens = () => tokensFrom(opened)
const introspect = (token: string, clientCertificate?: string, more: object = {}) =>
  opened.service.introspection.process({
    serviceId: opened.serviceId,
    introspectionRequest: {
      token,
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
      ...more,
    },
  })

test('the SDK gets bound tokens for a code, and for a refresh token with the same certificate', async () => {
  const { service, serviceId, publicClient, certificates } = opened
  const { clientId: client_id } = publicClient
  const first = await tokens()
  expect(first).toMatchObject({
    action: 'OK',
    resultCode: 'A050001',
    grantType: 'AUTHORIZATION_CODE',
    clientId: Number(client_id),
    subject: SUBJECT,
    properties: [{ key: 'tier', value: 'gold', hidden: true }],
  })
  expect(contentOf(first)).toMatchObject({
    access_token: first.accessToken,
    token_type: 'Bearer',
    scope: null,
  })

  const parameters = form({
    grant_type: 'refresh_token',
    refresh_token: first.refreshToken ?? '',
    client_id,
  })
  const refresh = (clientCertificate?: string) =>
    service.token.process({
      serviceId,
      tokenRequest: { parameters, ...(clientCertificate === undefined ? {} : { clientCertificate }) },
    })
  expect(told(await refresh())).toBe('BAD_REQUEST A244308')
  expect(told(await refresh(certificates.stranger))).toBe('BAD_REQUEST A053392')
  const second = await refresh(certificates.public)
  expect(second).toMatchObject({ action: 'OK', resultCode: 'A053001', grantType: 'REFRESH_TOKEN' })
  expect(await introspect(first.accessToken ?? '', certificates.public)).toMatchObject({
    action: 'UNAUTHORIZED',
    existent: false,
  })
})

test('the SDK gives the claims of the end-user, and gets the ID token', async () => {
  const claims = JSON.stringify({ name: 'Zoë' })
  const given = { sub: 'other', authTime: 7, acr: 'gold', claims, idtHeaderParams: '{"tenant":"t"}' }
  const answer = await tokensFrom(opened, { scope: 'openid', nonce: 'n' }, given)
  expect(contentOf(answer)['id_token']).toBe(answer.idToken)
  const idToken = answer.idToken ?? ''
  expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: 'ES256', tenant: 't' })
  expect(decodeJwt(idToken)).toMatchObject({
    ...{ iss: opened.site.plainUrl, aud: opened.publicClient.clientId, sub: 'other' },
    ...{ nonce: 'n', auth_time: 7, acr: 'gold', name: 'Zoë' },
  })
})

test('the SDK gets a confidential client tokens of its own', async () => {
  const { service, serviceId, confidentialClient, certificates } = opened
  const { clientId, clientSecret = '' } = confidentialClient
  const ask = (clientSecret: string) =>
    service.token.process({
      serviceId,
      tokenRequest: {
        ...{ clientId, clientSecret, clientCertificate: certificates.confidential },
        parameters: 'grant_type=client_credentials&scope=payments%3Awrite',
      },
    })
  expect(await ask(clientSecret)).toMatchObject({
    action: 'OK',
    resultCode: 'A052001',
    scopes: ['payments:write'],
    clientAuthMethod: 'CLIENT_SECRET_BASIC',
  })
  const refused = await ask('wrong')
  expect(told(refused)).toBe('INVALID_CLIENT A157305')
  expect(contentOf(refused)).toMatchObject({ error: 'invalid_client' })
})

test('the SDK gets a token for the key of a proof, once the proof has the nonce of the answer, and introspects it by a proof', async () => {
  const { service, organization, serviceId, site } = opened
  const made = await organization.client.create({
    serviceId,
    client: {
      ...{ clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC', dpopRequired: true },
      grantTypes: ['CLIENT_CREDENTIALS', 'AUTHORIZATION_CODE'],
      redirectUris: ['https://client.example/cb'],
    },
  })
  expect(made.dpopRequired).toBe(true)
  const credentials = { clientId: String(made.clientId), clientSecret: made.clientSecret ?? '' }
  const [key, htu] = [newProofKey(), 'https://front.example/token']
  const ask = (claims: object) =>
    service.token.process({
      serviceId,
      tokenRequest: {
        ...{ ...credentials, parameters: 'grant_type=client_credentials' },
        ...{ dpop: key.proof({ htu, iat: site.runtime.now(), ...claims }), htm: 'POST', htu },
        dpopNonceRequired: true,
      },
    })
  const refused = await ask({})
  expect(told(refused)).toBe('BAD_REQUEST A244396')
  const answered = await ask({ nonce: refused.dpopNonce })
  expect(contentOf(answered)).toMatchObject({ token_type: 'DPoP' })
  expect(answered.dpopNonce).toBe(refused.dpopNonce)

  const { accessToken = '' } = answered
  const api = { htm: 'GET', htu: 'https://api.example/accounts' }
  const ath = hash('sha256', accessToken, 'base64url')
  const proof = key.proof({ ...api, iat: site.runtime.now(), ath })
  expect(told(await introspect(accessToken, undefined, { dpop: proof, ...api }))).toBe('OK A056001')
  expect(told(await introspect(accessToken))).toBe('UNAUTHORIZED A065308')

  const pushed = await service.pushedAuthorization.create({
    serviceId,
    pushedAuthorizationRequest: {
      ...{ ...credentials, parameters: 'response_type=code&redirect_uri=https%3A%2F%2Fclient.example%2Fcb' },
      ...{ dpop: key.proof({ htu, iat: site.runtime.now() }), htm: 'POST', htu },
    },
  })
  expect(told(pushed)).toBe('CREATED A245001')
})

test('the SDK gets a JWT as the access token where the service signs', async () => {
  const { service, organization, serviceId, certificates } = opened
  const setAlgorithm = (accessTokenSignAlg: 'ES256' | undefined) =>
    organization.service.update({ serviceId, service: { accessTokenSignAlg } })
  await setAlgorithm('ES256')
  const { jwtAccessToken = '', accessToken = '' } = await tokens()
  expect(await introspect(jwtAccessToken, certificates.public)).toMatchObject({ action: 'OK' })
  expect(await introspect(accessToken, certificates.public)).toMatchObject({ resultCode: 'A057302' })
  expect(jwtAccessToken.split('.')).toHaveLength(3)
  await service.service.get({ serviceId })
})

test('by the SDK, introspection accepts a token only with its certificate', async () => {
  const { certificates, publicClient } = opened
  const { jwtAccessToken, accessToken = '' } = await tokens()
  const token = jwtAccessToken ?? accessToken
  expect(await introspect(token, certificates.public)).toMatchObject({
    action: 'OK',
    resultCode: 'A056001',
    responseContent: 'Bearer error="invalid_request"',
    clientId: Number(publicClient.clientId),
    subject: SUBJECT,
    certificateThumbprint: expect.stringMatching(/^[\w-]{43}$/) as string,
    grantType: 'AUTHORIZATION_CODE',
    ...{ existent: true, usable: true, sufficient: true, refreshable: true },
  })
  const refused = { action: 'UNAUTHORIZED', existent: true, usable: true }
  expect(await introspect(token)).toMatchObject({ ...refused, resultCode: 'A065304' })
  expect(await introspect(token, certificates.stranger)).toMatchObject({
    ...refused,
    resultCode: 'A065305',
  })
  expect(await introspect(token, 'no certificate')).toMatchObject({ ...refused, resultCode: 'A065307' })
  expect(told(await introspect(token, certificates.public, { scopes: ['accounts:read'] }))).toBe(
    'FORBIDDEN A064301',
  )
  expect(told(await introspect(token, certificates.public, { subject: 'another' }))).toBe('FORBIDDEN A066302')
  expect(told(await introspect('unknown'))).toBe('UNAUTHORIZED A057302')
})

test('by the SDK, standard introspection has the binding of a token, and only `active` for an unknown one', async () => {
  const { service, serviceId } = opened
  const standard = (token: string, more: object = {}) =>
    service.introspection.standardProcess({
      serviceId,
      standardIntrospectionRequest: { parameters: form({ token }), ...more },
    })
  const { jwtAccessToken, accessToken = '', refreshToken = '' } = await tokens()
  const token = jwtAccessToken ?? accessToken
  const answer = await standard(token, { withHiddenProperties: true })
  expect(told(answer)).toBe('OK A145001')
  expect(contentOf(answer)).toMatchObject({
    active: true,
    sub: SUBJECT,
    tier: 'gold',
    cnf: { 'x5t#S256': expect.any(String) as string },
  })
  expect(contentOf(await standard(token))).not.toHaveProperty('tier')
  expect(contentOf(await standard(refreshToken))).toMatchObject({ active: true })
  expect(contentOf(await standard('unknown'))).toEqual({ active: false })
  expect(told(await standard(''))).toBe('BAD_REQUEST A145302')
})

test('by the SDK, revocation ends both tokens and accepts an unknown one', async () => {
  const { service, serviceId, publicClient, certificates } = opened
  const { clientId: client_id } = publicClient
  const { jwtAccessToken, accessToken = '', refreshToken = '' } = await tokens()
  const revoke = (token: string, client = client_id) =>
    service.revocation.process({
      serviceId,
      revocationRequest: { parameters: form({ token, client_id: client }) },
    })
  expect(told(await revoke(refreshToken))).toBe('OK A113001')
  expect(await introspect(jwtAccessToken ?? accessToken, certificates.public)).toMatchObject({
    action: 'UNAUTHORIZED',
  })
  expect(await revoke('unknown')).toMatchObject({ action: 'OK' })
  expect(await revoke('unknown', '4711')).toMatchObject({ action: 'INVALID_CLIENT' })
})

drivesFamily('flow', opened)

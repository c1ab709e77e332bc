import { X509Certificate, hash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { expect, test } from 'vitest'
import { addClient } from '../../infra/emulator/site/seed.ts'
import type { ClientCertificate } from '../../infra/emulator/site/seed.ts'
import { BASIC, UNBOUND } from '../support/walk.ts'
import { tlsFetch } from '../support/tls-fetch.ts'
import { drivesFamily, openSdk, told } from './authlete-sdk.ts'

const opened = await openSdk()
const { site, service, serviceId, publicClient, certificates } = opened
const SUBJECT = 'testuser01'
const BOUND = {
  certificateThumbprint: hash('sha256', new X509Certificate(certificates.public).raw, 'base64url'),
}

/** Issues a token of the end-user that the front end knows. It is bound, unless `more` replaces that. */
async function token(more: object = BOUND, clientId = publicClient.clientId): Promise<string> {
  const order = { grantType: 'AUTHORIZATION_CODE', clientId: Number(clientId), subject: SUBJECT } as const
  const { accessToken = '' } = await service.token.management.create({
    serviceId,
    tokenCreateRequest: { ...order, scopes: ['openid', 'profile', 'email'], ...more },
  })
  return accessToken
}

const process = (userinfoRequest: { token: string; clientCertificate?: string }) =>
  service.userinfo.process({ serviceId, userinfoRequest })
const issue = (userinfoIssueRequest: { token: string; claims?: string; sub?: string }) =>
  service.userinfo.issue({ serviceId, userinfoIssueRequest })

test('the SDK parses a token for userinfo, and its refusals', async () => {
  const bound = { token: await token(), clientCertificate: certificates.public }
  expect(await process(bound)).toMatchObject({
    ...{ action: 'OK', resultCode: 'A091001', subject: SUBJECT, clientId: Number(publicClient.clientId) },
    ...{ token: bound.token, scopes: ['openid', 'profile', 'email'] },
    claims: expect.arrayContaining(['name', 'email', 'email_verified']) as string[],
  })
  expect(told(await process({ token: bound.token }))).toBe('UNAUTHORIZED A089307')
  const other = { ...bound, clientCertificate: certificates.stranger }
  expect(told(await process(other))).toBe('UNAUTHORIZED A089310')
  const unbound = await token({ scopes: ['profile'] })
  expect(told(await process({ token: unbound }))).toBe('FORBIDDEN A089304')
})

test('the SDK parses a userinfo response, and its refusal', async () => {
  const claims = '{"name":"Ann","sub":"mallory","iss":"https://evil.example.com","aud":"x"}'
  const answer = await issue({ token: await token(), claims })
  expect(answer).toMatchObject({ action: 'JSON', resultCode: 'A096001' })
  expect(JSON.parse(answer.responseContent ?? '')).toEqual({ sub: SUBJECT, name: 'Ann' })
  expect(told(await issue({ token: 'x' }))).toBe('UNAUTHORIZED A088302')
})

drivesFamily('userinfo', opened)

/** A `fetch` of the front end, with its own certificate or without one. */
const fetchAs = (name?: ClientCertificate) => tlsFetch(site.identity(name))

async function discovered(clientId: string, certificate?: ClientCertificate, more: object = {}) {
  const config = await openid.discovery(
    new URL(site.seeded.issuer),
    clientId,
    { ...more, use_mtls_endpoint_aliases: certificate !== undefined },
    openid.None(),
    { algorithm: 'oauth2', [openid.customFetch]: fetchAs() },
  )
  config[openid.customFetch] = fetchAs(certificate)
  return config
}

const CLAIMS = { sub: SUBJECT, name: 'Test User', email: 'testuser01@example.org', email_verified: true }

test('openid-client gets the claims of a bound token over mutual TLS, and nothing with another certificate or none', async () => {
  const access = await token()
  const { clientId } = publicClient
  const own = await discovered(clientId, 'public-client')
  expect(own.serverMetadata().mtls_endpoint_aliases?.userinfo_endpoint).toBe(
    `${site.examples.frontEndMtlsUrl}/userinfo`,
  )
  expect(await openid.fetchUserInfo(own, access, SUBJECT)).toEqual(CLAIMS)
  for (const config of [await discovered(clientId, 'stranger'), await discovered(clientId)])
    await expect(openid.fetchUserInfo(config, access, SUBJECT)).rejects.toMatchObject({
      code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
      status: 401,
    })
})

test('oauth4webapi gets the claims by the endpoint of the metadata, and reads the challenge of a token without openid', async () => {
  const issuer = new URL(site.seeded.issuer)
  const options = { [oauth.customFetch]: fetchAs() }
  const found = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(issuer, found)
  const client = { client_id: publicClient.clientId }
  const ask = async (more: object) => {
    const answer = await oauth.userInfoRequest(as, client, await token(more), options)
    return oauth.processUserInfoResponse(as, client, SUBJECT, answer)
  }
  expect(await ask({ scopes: ['openid', 'email'] })).toEqual({
    ...{ sub: SUBJECT, email: 'testuser01@example.org', email_verified: true },
  })
  expect(await ask({ scopes: ['openid'] })).toEqual({ sub: SUBJECT })
  await expect(ask({ scopes: ['email'] })).rejects.toMatchObject({
    status: 403,
    cause: [{ scheme: 'bearer', parameters: { error: 'insufficient_scope', scope: 'openid' } }],
  })
})

test('oauth4webapi gets the claims of a token that is bound to its key by its own DPoP, and nothing as a bearer', async () => {
  const issuer = new URL(site.seeded.issuer)
  const options = { [oauth.customFetch]: fetchAs() }
  const found = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(issuer, found)
  const { client: unbound } = await addClient(site.runtime, site.seeded.serviceId, { ...BASIC, ...UNBOUND })
  const client: oauth.Client = { client_id: String(unbound.clientId) }
  const keys = await oauth.generateKeyPair('ES256')
  const DPoP = oauth.DPoP(client, keys)
  const dpopKeyThumbprint = await calculateJwkThumbprint(await exportJWK(keys.publicKey))
  const access = await token({ dpopKeyThumbprint }, client.client_id)
  const answer = await oauth.userInfoRequest(as, client, access, { ...options, DPoP })
  expect(await oauth.processUserInfoResponse(as, client, SUBJECT, answer)).toEqual(CLAIMS)
  const bearer = await oauth.userInfoRequest(as, client, access, options)
  expect([bearer.status, bearer.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringMatching(/^DPoP .*A089311/),
  ])
})

test('openid-client verifies issuer and audience of a signed response', async () => {
  const settings = {
    ...BASIC,
    ...UNBOUND,
    redirectUris: [publicClient.redirectUri],
    userInfoSignAlg: 'ES256',
  }
  const { client } = await addClient(site.runtime, site.seeded.serviceId, settings)
  const id = String(client.clientId)
  const config = await discovered(id, undefined, { userinfo_signed_response_alg: 'ES256' })
  openid.enableNonRepudiationChecks(config)
  const access = await token({}, id)
  expect(await openid.fetchUserInfo(config, access, SUBJECT)).toEqual({
    ...{ ...CLAIMS, iss: site.seeded.issuer, aud: id },
  })
})

test('the front end takes the token only from the header, by GET and POST, on both of its servers', async () => {
  const access = await token()
  const authorization = `Bearer ${access}`
  const mtls = `${site.examples.frontEndMtlsUrl}/userinfo`
  const own = fetchAs('public-client')
  const posted = await own(mtls, { headers: { authorization }, body: new URLSearchParams() })
  expect([posted.status, posted.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ])
  expect(await posted.json()).toEqual(CLAIMS)
  const inForm = await own(mtls, { headers: {}, body: new URLSearchParams({ access_token: access }) })
  expect([inForm.status, inForm.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const plain = await fetchAs()(site.examples.userInfoEndpoint, { headers: { authorization } })
  expect([plain.status, plain.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('[A089307]'),
  ])
})

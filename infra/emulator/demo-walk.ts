import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { readCertificate } from '../../shared/certificate/pem.ts'
import { thumbprint } from '../../shared/certificate/thumbprint.ts'
import { ROOT } from '../root.ts'
import type { Demonstration, Step } from './demo-steps.ts'
import { mutualTlsRequest, type TlsIdentity } from '../connections/mutual-tls-request.ts'
import { CLIENT_CERTIFICATES } from './site/seed.ts'
import { type Site, tlsIdentity } from './site/site.ts'

/** The thumbprint of the article's certificate, as printed in the article. */
const ARTICLE_THUMBPRINT = 'OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw'

interface Walk {
  readonly site: Site
  readonly demo: Demonstration
}

/**
 * Runs the whole article on a new site: its Web API in both versions and with both formats of tokens, then real mutual TLS.
 */
export async function walkArticle(walk: Walk): Promise<void> {
  const { site, demo } = walk
  demo.heading(
    `The article, on the Web API (version 2: Basic). Its certificate, whose private key is unknown: ${ARTICLE_THUMBPRINT}`,
  )
  await walkWebApi(walk, webApi(site, 'v2'))
  demo.heading('The article with JWT access tokens (version 3: Bearer)')
  const { registry } = site.runtime.store
  await registry.changeService(site.seeded.serviceId, (service) => ({
    ...service,
    accessTokenSignAlg: 'ES256',
  }))
  const jwt = await walkWebApi(walk, webApi(site, 'v3'))
  demo.heading('The article over real mutual TLS, with certificates of the development CA')
  await walkMutualTls(walk, jwt)
}

type Call = (api: string, body: object) => Pick<Step, 'request' | 'send'>

/** The calls of an authorization server or a resource server to the Web API. */
function webApi({ webApiUrl, seeded }: Site, version: 'v2' | 'v3'): Call {
  const { serviceApiKey, serviceApiSecret, serviceAccessToken, serviceId } = seeded
  const basic = Buffer.from(`${serviceApiKey}:${serviceApiSecret}`).toString('base64')
  const prefix = version === 'v2' ? '/api' : `/api/${serviceId}`
  const authorization = version === 'v2' ? `Basic ${basic}` : `Bearer ${serviceAccessToken}`
  const headers = { authorization, 'content-type': 'application/json' }
  return (api, body) => ({
    request: `POST ${prefix}${api} ${JSON.stringify(body)}`,
    send: async () => {
      const sent = { method: 'POST', headers, body: JSON.stringify(body) }
      const answer = await fetch(`${webApiUrl}${prefix}${api}`, sent)
      return { status: answer.status, headers: {}, text: await answer.text() }
    },
  })
}

/** Authorization, issue, token, three introspections and standard introspection. @returns the access token */
async function walkWebApi(walk: Walk, call: Call): Promise<string> {
  const { site, demo } = walk
  const clientCertificate = await vector('article/certificate.pem')
  const code = await obtainCode(walk, call)
  const parameters = tokenParameters(site, code)
  await demo.show({
    title: 'Without a certificate there is no token, and the code is not consumed',
    ...call('/auth/token', { parameters }),
    expect: {
      status: 200,
      action: 'BAD_REQUEST',
      resultCode: 'A244308',
      'responseContent/error': 'invalid_request',
    },
  })
  const issued = await demo.show({
    title: 'With the certificate there is a token, which is bound to it',
    ...call('/auth/token', { clientCertificate, parameters }),
    expect: {
      action: 'OK',
      resultCode: 'A050001',
      grantType: 'AUTHORIZATION_CODE',
      subject: 'testuser01',
      accessTokenDuration: 86400,
    },
  })
  const token = String(issued['jwtAccessToken'] ?? issued['accessToken'])
  await demo.show({
    title: 'The resource server received that certificate: the token is valid',
    ...call('/auth/introspection', { token, clientCertificate }),
    expect: { action: 'OK', resultCode: 'A056001', certificateThumbprint: ARTICLE_THUMBPRINT, usable: true },
  })
  await demo.show({
    title: 'It received another certificate: the token is refused',
    ...call('/auth/introspection', {
      token,
      clientCertificate: await vector('certs/client-ec-p256.pem'),
    }),
    expect: { action: 'UNAUTHORIZED', resultCode: 'A065305' },
  })
  await demo.show({
    title: 'It received no certificate: the token is refused',
    ...call('/auth/introspection', { token }),
    expect: { action: 'UNAUTHORIZED', resultCode: 'A065304' },
  })
  await demo.show({
    title: 'Standard introspection shows what the token is bound to',
    ...call('/auth/introspection/standard', { parameters: `token=${token}` }),
    expect: {
      action: 'OK',
      'responseContent/active': true,
      'responseContent/cnf/x5t#S256': ARTICLE_THUMBPRINT,
    },
  })
  return token
}

async function obtainCode({ site, demo }: Walk, call: Call): Promise<string> {
  const [{ clientId, redirectUri }] = site.seeded.clients
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: redirectUri })
  const { ticket } = await demo.show({
    title: 'An authorization request arrives: the authorization server gets a ticket',
    ...call('/auth/authorization', { parameters: query.toString() }),
    expect: { status: 200, action: 'INTERACTION', resultCode: 'A004001' },
  })
  const { authorizationCode } = await demo.show({
    title: 'The end-user consents: the ticket becomes a code',
    ...call('/auth/authorization/issue', { ticket, subject: 'testuser01' }),
    expect: { action: 'LOCATION', resultCode: 'A040001' },
  })
  return String(authorizationCode)
}

function tokenParameters({ seeded }: Site, code: string): string {
  const [{ clientId, redirectUri }] = seeded.clients
  const grant = { grant_type: 'authorization_code', code }
  return new URLSearchParams({ redirect_uri: redirectUri, client_id: clientId, ...grant }).toString()
}

async function walkMutualTls(walk: Walk, articleJwt: string): Promise<void> {
  const { site, demo } = walk
  const holder = tlsIdentity(site.certificates, CLIENT_CERTIFICATES.PUBLIC)
  const stranger = tlsIdentity(site.certificates, CLIENT_CERTIFICATES.STRANGER)
  const post = (identity: TlsIdentity, path: string, form: string) => ({
    request: `POST ${path} ${form}`,
    send: () => mutualTlsRequest(`${site.mtlsUrl}${path}`, identity, { form }),
  })
  await showMetadata(walk, holder)
  const form = tokenParameters(site, await obtainCode(walk, webApi(site, 'v2')))
  await demo.showRefusedConnection({
    title: 'Without a client certificate there is no connection',
    ...post({ ca: holder.ca }, '/token', form),
  })
  const { access_token: jwt } = await demo.show({
    title: 'The public client redeems its code over mutual TLS',
    ...post(holder, '/token', form),
    expect: { status: 200, token_type: 'Bearer', expires_in: 86400, scope: undefined },
  })
  const jwks = await demo.show({
    title: 'The keys for offline verification are at the issuer, without a certificate',
    request: 'GET /jwks',
    send: () => mutualTlsRequest(`${site.plainUrl}/jwks`, { ca: holder.ca }),
    expect: { status: 200 },
  })
  await verifyOffline(walk, String(jwt), jwks as unknown as JSONWebKeySet)
  const token = `token=${String(jwt)}`
  await demo.show({
    title: 'The holder of the certificate may use the token',
    ...post(holder, '/introspection', token),
    expect: { status: 200, active: true, sub: 'testuser01' },
  })
  await demo.show({
    title: 'A thief with a certificate of the same CA may not',
    ...post(stranger, '/introspection', token),
    expect: { status: 401, error: 'invalid_token' },
  })
  await demo.show({
    title: "The holder may not use the article's token",
    ...post(holder, '/introspection', `token=${articleJwt}`),
    expect: { status: 401, error: 'invalid_token' },
  })
  await demo.show({
    title: 'A second use of the code is refused, and revokes every token that it gave',
    ...post(holder, '/token', form),
    expect: { status: 400, error: 'invalid_grant' },
  })
  await demo.show({
    title: 'So the token of the holder is revoked',
    ...post(holder, '/introspection', token),
    expect: { status: 401, error: 'invalid_token' },
  })
}

/** Shows the metadata, which a client reads before it has a certificate (RFC 8414). */
async function showMetadata({ site, demo }: Walk, { ca }: TlsIdentity): Promise<void> {
  await demo.show({
    title: 'The metadata at the issuer requires no certificate, and names the mutual-TLS endpoints',
    request: 'GET /.well-known/oauth-authorization-server',
    send: () => mutualTlsRequest(`${site.plainUrl}/.well-known/oauth-authorization-server`, { ca }),
    expect: {
      status: 200,
      issuer: site.plainUrl,
      authorization_endpoint: site.examples.authorizationEndpoint,
      'mtls_endpoint_aliases/token_endpoint': `${site.mtlsUrl}/token`,
    },
  })
}

/** Verifies the token with a library that does not know certbound (RFC 9068 section 4). */
async function verifyOffline({ site, demo }: Walk, jwt: string, jwks: JSONWebKeySet): Promise<void> {
  const { issuer } = site.seeded
  const expected = { issuer, audience: issuer, typ: 'at+jwt' }
  const { payload } = await jwtVerify(jwt, createLocalJWKSet(jwks), expected)
  const der = readCertificate(site.certificates.clients[CLIENT_CERTIFICATES.PUBLIC].cert)
  demo.check(
    { ...decodeProtectedHeader(jwt), ...payload },
    { alg: 'ES256', kid: '1', sub: 'testuser01', 'cnf/x5t#S256': der && thumbprint(der) },
  )
}

function vector(file: string): Promise<string> {
  return readFile(join(ROOT, 'test/vectors', file), 'utf8')
}

import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { signJwt } from '../../shared/token/sign.ts'
import { digest } from '../../shared/store/digest.ts'
import { setup } from './bad-requests.ts'
import type { Received, Sent } from './gateway.ts'
import { basic, type VectorService } from './vector-service.ts'
import { certificatePem } from './vectors.ts'

/** A request that its certificate makes a good one. */
export interface CertifiedRequest extends Sent {
  readonly body: string
  readonly certificate: string
}

/** The value of a placeholder of `bad-requests.json`, made for one request. */
export interface Made {
  readonly text: string
  /** The proper use by its holder: as long as it is active, the answer is 200. */
  readonly use?: CertifiedRequest
  /** The access token of its grant, where it is a refresh token. */
  readonly access?: string
}

type Usable = Made & Required<Pick<Made, 'use'>>

type Make = (service: VectorService) => Promise<Made>

/** A client and a certificate that authenticates it, or to which its tokens are bound. */
export interface Holder {
  readonly client: string
  readonly certificate: string
}
export const MTLS_DN: Holder = { client: 'mtls-dn', certificate: 'client-ec-p256' }
const CLIENT_OTHER: Holder = { client: 'client-other', certificate: 'client-other' }
export const PUBLIC: Holder = { client: 'public', certificate: 'self-signed-ec' }

const REDIRECT_URI = 'https://client.example.org/cb'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Lifetimes that a service has unless it sets others; one second more has passed. */
const CODE_EXPIRED_SECONDS = 61
const ACCESS_EXPIRED_SECONDS = 86401
const REFRESH_EXPIRED_SECONDS = 864001

const MAKERS: Readonly<Record<string, Make>> = {
  'code:ok': (service) => makeCode(service, MTLS_DN),
  'code:no-pkce': (service) => makeCode(service, MTLS_DN, 'pkce'),
  'code:no-redirect-uri': (service) => makeCode(service, MTLS_DN, 'redirect_uri'),
  'code:expired': (service) => earlier(service, CODE_EXPIRED_SECONDS, () => makeCode(service, MTLS_DN)),
  'code:client-other': (service) => makeCode(service, CLIENT_OTHER),
  'code:public': (service) => makeCode(service, PUBLIC),
  'refresh:ok': (service) => makeRefreshToken(service, MTLS_DN),
  'refresh:public': (service) => makeRefreshToken(service, PUBLIC),
  'refresh:client-other': (service) => makeRefreshToken(service, CLIENT_OTHER),
  'refresh:expired': (service) =>
    earlier(service, REFRESH_EXPIRED_SECONDS, () => makeRefreshToken(service, MTLS_DN)),
  'refresh:revoked': async (service) => ({ text: (await makeEndedTokens(service)).refreshToken }),
  'access:ok': (service) => makeAccessToken(service, MTLS_DN),
  'access:client-other': (service) => makeAccessToken(service, CLIENT_OTHER),
  'access:unbound': makeUnboundToken,
  'access:bound-to-expired-certificate': (service) =>
    makeTokens(service, { client: 'public', certificate: 'expired' }).then(({ accessToken: text }) => ({
      text,
    })),
  'access:expired': (service) =>
    earlier(service, ACCESS_EXPIRED_SECONDS, () => makeAccessToken(service, MTLS_DN)),
  'access:revoked': async (service) => ({ text: (await makeEndedTokens(service)).accessToken }),
  'access:cnf-damaged-missing': damaged(undefined),
  'access:cnf-damaged-null': damaged(null),
  'access:cnf-damaged-empty': damaged({ 'x5t#S256': '' }),
  'access:cnf-damaged-short': damaged({ 'x5t#S256': 'eCJY48cFPzq_eak-TVfsanWAZQaUe3OeRHsyFTQVUL' }),
  'jwt:other-issuer': makeTokenOfOtherIssuer,
  'jwt:signature-broken': async (service) => ({
    text: breakSignature((await makeAccessToken(service, MTLS_DN)).text),
  }),
}

/** @throws Error for a placeholder that has no maker */
export function make(placeholder: string, service: VectorService): Promise<Made> {
  const [kind, name = ''] = placeholder.split(':')
  if (kind === 'pem-url-encoded') return Promise.resolve({ text: encodeURIComponent(certificatePem(name)) })
  if (kind === 'rfc9440') return Promise.resolve({ text: `:${derBase64(name)}:` })
  if (kind === 'assertion') {
    return Promise.resolve({ text: service.assertions.make(name, service.runtime.now()) })
  }
  const maker = MAKERS[placeholder]
  if (maker === undefined) throw new Error(`no maker for {${placeholder}}`)
  return maker(service)
}

/** A code, as a user who agrees gets it. */
export async function makeCode(
  service: VectorService,
  holder: Holder,
  without?: 'pkce' | 'redirect_uri',
): Promise<Usable> {
  const { code_verifier, code_challenge, method: code_challenge_method } = setup.pkce
  const redirect = without === 'redirect_uri' ? {} : { redirect_uri: REDIRECT_URI }
  const [challenge, verifier] =
    without === 'pkce' ? [{}, {}] : [{ code_challenge, code_challenge_method }, { code_verifier }]
  const asked = { response_type: 'code', client_id: holder.client, scope: 'read write' }
  const parameters = String(new URLSearchParams({ ...asked, ...redirect, ...challenge }))
  const authorized = await service.call('/auth/authorization', { parameters })
  const ticket = stringMember(authorized, 'ticket')
  const issued = await service.call('/auth/authorization/issue', { ticket, subject: 'user-1' })
  const code = stringMember(issued, 'authorizationCode')
  const redemption = { grant_type: 'authorization_code', code, ...redirect, ...verifier }
  return { text: code, use: tokenRequest(holder, redemption) }
}

async function makeRefreshToken(service: VectorService, holder: Holder): Promise<Made> {
  const { refreshToken: text, accessToken: access } = await makeTokens(service, holder)
  return { text, access, use: tokenRequest(holder, { grant_type: 'refresh_token', refresh_token: text }) }
}

/** Makes an access token of scope read, bound to the holder's certificate. */
export async function makeAccessToken(service: VectorService, holder: Holder): Promise<Usable> {
  const request = tokenRequest(holder, { grant_type: 'client_credentials', scope: 'read' })
  const text = stringMember(await service.send(request), 'access_token')
  const certificate = certificatePem(holder.certificate)
  return { text, use: { route: '/introspection', headers: FORM, body: `token=${text}`, certificate } }
}

export async function makeUnboundToken(service: VectorService): Promise<Made> {
  const headers = { ...FORM, authorization: basic('basic', 'basic-secret') }
  const body = 'grant_type=client_credentials&scope=read'
  return { text: stringMember(await service.send({ route: '/token', headers, body }), 'access_token') }
}

async function makeTokens(service: VectorService, holder: Holder) {
  const redeemed = await service.send((await makeCode(service, holder)).use)
  return {
    accessToken: stringMember(redeemed, 'access_token'),
    refreshToken: stringMember(redeemed, 'refresh_token'),
  }
}

/** Tokens of a code that was then presented once more, which ended them. */
async function makeEndedTokens(service: VectorService) {
  const { use } = await makeCode(service, MTLS_DN)
  const redeemed = await service.send(use)
  const replayed = await service.send(use)
  if (replayed.status !== 400) throw new Error(`replay of a code: ${replayed.text}`)
  return {
    accessToken: stringMember(redeemed, 'access_token'),
    refreshToken: stringMember(redeemed, 'refresh_token'),
  }
}

function damaged(binding: unknown): Make {
  return async (service) => {
    const { text } = await makeAccessToken(service, MTLS_DN)
    await service.runtime.tables.damageBinding(digest(text), binding)
    return { text }
  }
}

/** Right in all but issuer and key: its `jti` is that of a live token. */
async function makeTokenOfOtherIssuer(service: VectorService): Promise<Made> {
  const payload = (await makeAccessToken(service, MTLS_DN)).text.split('.')[1] ?? ''
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    text: signJwt(
      'at+jwt',
      { ...claims, iss: 'https://other.example.com' },
      { alg: 'ES256', kid: '1', key: privateKey },
    ),
  }
}

function breakSignature(jwt: string): string {
  const [header = '', payload = '', encoded = ''] = jwt.split('.')
  const signature = Buffer.from(encoded, 'base64url')
  signature.writeUInt8(signature.readUInt8(63) ^ 1, 63)
  return [header, payload, signature.toString('base64url')].join('.')
}

/** Makes something as it would have been made some time ago. */
async function earlier(service: VectorService, seconds: number, make: () => Promise<Made>): Promise<Made> {
  const { clock } = service.runtime
  const { now } = clock
  clock.now = (now - seconds) as EpochSeconds
  const made = await make()
  clock.now = now
  return made
}

export function tokenRequest(
  { client, certificate }: Holder,
  parameters: Readonly<Record<string, string>>,
): CertifiedRequest {
  const body = String(new URLSearchParams({ ...parameters, client_id: client }))
  return { route: '/token', headers: FORM, body, certificate: certificatePem(certificate) }
}

function stringMember({ json, text }: Received, name: string): string {
  const value = json[name]
  if (typeof value !== 'string') throw new Error(`no ${name}: ${text}`)
  return value
}

function derBase64(name: string): string {
  return new X509Certificate(certificatePem(name)).raw.toString('base64')
}

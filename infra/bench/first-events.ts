import { createPrivateKey, hash, sign, X509Certificate } from 'node:crypto'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { LambdaResult } from '../../shared/lambda/serve.ts'
import { makeIdentity } from '../connections/identity.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import type { Seeded } from '../emulator/site/seed.ts'
import { callsOver } from './calls.ts'
import { basic, type Case, casesOf } from './cases.ts'
import { eventOf, eventOfCase } from './events.ts'

export interface FirstEvent {
  /** Makes the event. It is called before the clock of a cold start runs. */
  readonly event: () => Promise<object>
  /** A text that the answer must contain. */
  readonly expected: string
}

/**
 * An event for each function, keyed by its name. The answer is a success, so the function does all of its work.
 *
 * @param runtime a runtime with the tables of the seeded service
 * @param certificate PEM of the client's certificate
 */
export async function firstEvents(
  runtime: Runtime,
  seeded: Seeded,
  certificate: string,
): Promise<Readonly<Record<string, FirstEvent>>> {
  const opaque = seeded
  const callOf = callsOver(runtime, { opaque }, certificate)
  const cases = await casesOf({ opaque }, (one) => callOf(one)())
  const [issue, introspect, introspectByStandard] = cases as [Case, Case, Case]
  const newToken = async () => (JSON.parse(await callOf(issue)()) as { access_token: string }).access_token
  const next = await nextCertificate()
  const byCase = (one: Case) => known(eventOfCase(one, certificate), one.expected)

  return {
    ...eventsOfWebApi(seeded, certificate),
    announcement: {
      event: () => Promise.resolve(announcementEvent(seeded, certificate, next)),
      expected: '"effective_at"',
    },
    // A schedule has no answer.
    'certificate-lists': known({ notices: true }, 'null'),
    userinfo: { event: () => userinfoEvent(runtime, seeded, certificate), expected: '"action":"OK"' },
    authorizer: known(authorizerEvent(await newToken(), certificate), '"isAuthorized":true'),
    discovery: known(eventOf('/.well-known/oauth-authorization-server', { method: 'GET' }), '"issuer"'),
    introspection: byCase(introspect),
    revocation: {
      // A token can be revoked only once.
      event: async () =>
        eventOfCase({ ...issue, path: '/revocation', form: `token=${await newToken()}` }, certificate),
      expected: '"statusCode":200',
    },
    'standard-introspection': byCase(introspectByStandard),
    token: byCase(issue),
  }
}

/** @param answer the result of a handler, whose body is a text in its JSON */
export function isExpected(answer: unknown, expected: string): boolean {
  return JSON.stringify(answer ?? null)
    .replaceAll('\\"', '"')
    .includes(expected)
}

function known(event: object, expected: string): FirstEvent {
  return { event: () => Promise.resolve(event), expected }
}

function eventsOfWebApi({ serviceApiKey, serviceApiSecret, clients: [person] }: Seeded, certificate: string) {
  const authorization = basic(serviceApiKey, serviceApiSecret)
  const call = (path: string, body: object, expected: string) =>
    known(eventOf(path, { authorization, body: JSON.stringify(body) }), expected)
  const { clientId, redirectUri } = person
  const parameters = String(
    new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: redirectUri }),
  )
  const order = {
    grantType: 'AUTHORIZATION_CODE',
    clientId,
    subject: 'bench',
    clientCertificate: certificate,
  }
  return {
    authorization: call('/api/auth/authorization', { parameters }, '"action":"INTERACTION"'),
    management: call('/api/client/create', { clientName: 'bench' }, '"clientName":"bench"'),
    'token-management': call('/api/auth/token/create', order, '"action":"OK"'),
  }
}

/** The event for a new token of an end-user. The tokens of the other events do not have the scope `openid`. */
async function userinfoEvent(runtime: Runtime, seeded: Seeded, certificate: string): Promise<object> {
  const { serviceId, serviceApiKey, serviceApiSecret, clients } = seeded
  const authorization = basic(serviceApiKey, serviceApiSecret)
  const call = (path: string, body: object) =>
    eventOf(path, { authorization, body: JSON.stringify({ ...body, clientCertificate: certificate }) })
  const order = { grantType: 'AUTHORIZATION_CODE', subject: 'bench', scopes: ['openid'] }
  const path = '/api/auth/token/create'
  const settings = { ...runtime.settings, serviceId }
  const create = deployedFunctions({ ...runtime, settings }).get(path)
  const answer = (await create?.(call(path, { ...order, clientId: clients[0].clientId }))) as LambdaResult
  const { accessToken: token } = JSON.parse(answer.body) as { readonly accessToken: string }
  return call('/api/auth/userinfo', { token })
}

/** The event of a resource server's HTTP API, because an authorizer has no route. */
function authorizerEvent(token: string, certificate: string): object {
  const event = eventOf('/accounts', { method: 'GET', authorization: `Bearer ${token}`, certificate })
  return { ...event, type: 'REQUEST', routeArn: 'arn:aws:execute-api' }
}

/** A client can announce only one certificate, so all events have the same. */
function nextCertificate() {
  const now = Date.now()
  const [notBefore, notAfter] = [new Date(now - 60_000), new Date(now + 86_400_000)]
  return makeIdentity({ profile: 'client', commonName: 'bench', notBefore, notAfter })
}

/** A client announces its next certificate, whose key signs that. */
function announcementEvent(
  { issuer, clients: [, client] }: Seeded,
  certificate: string,
  next: Awaited<ReturnType<typeof nextCertificate>>,
): object {
  const claims = {
    ...{ aud: issuer, iat: Math.floor(Date.now() / 1000) },
    'x5t#S256': hash('sha256', new X509Certificate(certificate).raw, 'base64url'),
  }
  const x5c = [new X509Certificate(next.cert).raw.toString('base64')]
  const encoded = (members: object) => Buffer.from(JSON.stringify(members)).toString('base64url')
  const signed = `${encoded({ typ: 'certbound-renewal+jwt', alg: 'ES256', x5c })}.${encoded(claims)}`
  const key = { key: createPrivateKey(next.key), dsaEncoding: 'ieee-p1363' } as const
  const announcement = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
  return eventOf('/certificate/announce', {
    authorization: basic(client.clientId, client.clientSecret ?? ''),
    ...{ type: 'application/x-www-form-urlencoded', certificate },
    body: String(new URLSearchParams({ announcement })),
  })
}

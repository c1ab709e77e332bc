import type { ConnectionOptions } from 'node:tls'
import type { Received, Sent } from '../support/gateway.ts'
import type { Random } from '../support/random.ts'
import { LEAVES, leave, open, slowly } from './connections.ts'
import type { Identities } from './identities.ts'
import type { LogWatch } from './log-watch.ts'
import type { Asked, Send } from './requests.ts'

/** Headers in which proxies pass on the certificate of a client. */
const CERTIFICATE_HEADERS = [
  ...['x-client-cert', 'x-ssl-client-cert', 'ssl-client-cert', 'x-forwarded-client-cert', 'client-cert'],
  ...['x-amzn-mtls-clientcert', 'x-amzn-mtls-clientcert-leaf', 'x-arr-clientcert'],
  'cf-client-cert-der-base64',
]
/** More are too long for the plain domain. */
const SPOOFED_HEADERS = 3

/** The secrets that an answer, or the JSON in it, has. They must not be in the log. */
const SECRETS =
  /\\?"(?:\w+_token|ticket|authorizationCode|(?:jwtA|a)ccessToken|refreshToken|\w*[cC]lientSecret)\\?":\\?"([^"\\]+)/g

interface Surroundings {
  readonly send: Send
  readonly identities: Identities
  readonly watch: LogWatch
  readonly random: Random
  readonly mutualTls: (identity: string) => ConnectionOptions
}

/** Sends the requests of the model: now and then in pieces, after one that broke off, or with another certificate in headers. */
export function modelSender({ send, identities, watch, random, mutualTls }: Surroundings) {
  async function viaBadConnection(asked: Asked, as: string): Promise<Received> {
    const where = random.pick([undefined, ...LEAVES])
    const socket = await open(mutualTls(as))
    if (where === undefined) {
      const headers = { ...asked.headers, connection: 'close' }
      return send({ ...asked, headers, kind: `${asked.kind}, slowly`, connection: slowly(socket, random) })
    }
    await leave(socket, asked, where)
    // Nobody knows whether a whole request was done. Any other was not.
    return where === 'in the answer' ? NO_ANSWER : send(asked)
  }

  return async (_: 0 | 1, sent: Sent): Promise<Received> => {
    const { as, ...asked } = askedOf(sent, identities, random)
    watch.keep(...new URLSearchParams(String(sent.body ?? '')).getAll('client_assertion'))
    const isBad = asked.on !== 'plain' && as !== undefined && random.int(12) === 0
    const answer = await (isBad ? viaBadConnection({ ...asked, as }, as) : send({ ...asked, as }))
    // Beside a JWT, `accessToken` only names the grant.
    const text = answer.text.includes('"jwtAccessToken"')
      ? answer.text.replace('"accessToken"', '')
      : answer.text
    watch.keep(...[...text.matchAll(SECRETS)].map(([, secret = '']) => secret))
    return answer
  }
}

const NO_ANSWER: Received = { status: 0, headers: {}, text: '', json: {} }

/** The Web API is on the plain domain, as OAuth is for clients without a certificate. */
function askedOf(sent: Sent, identities: Identities, random: Random): Asked {
  const { route, pathParameters = {}, query, certificate, method = 'POST', headers = {}, body } = sent
  const path = route.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(pathParameters[name] ?? ''),
  )
  const isOAuth = !route.startsWith('/api/')
  const spoofed = isOAuth && random.int(6) === 0 ? spoofedHeaders(identities, random) : {}
  return {
    as: certificate === undefined ? undefined : identities.nameOf(certificate),
    on: isOAuth && certificate !== undefined ? 'mutual TLS' : 'plain',
    kind: `${method} ${route}`,
    ...{ method, headers: { ...spoofed, ...headers }, body },
    path: query === undefined ? path : `${path}?${query}`,
  }
}

/** The certificate of somebody, who need not be the sender. No header is believed. */
function spoofedHeaders(identities: Identities, random: Random): Record<string, string> {
  const spoofed = encodeURIComponent(identities.of(random.pick(identities.trusted)).cert)
  const names = Array.from({ length: SPOOFED_HEADERS }, () => random.pick(CERTIFICATE_HEADERS))
  return Object.fromEntries(names.map((name) => [name, spoofed]))
}

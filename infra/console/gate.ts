import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { withoutPrivateKeys } from './assets/private-key.js'
import { type Session, sameSecret } from './sessions.ts'
import { labelOf } from './settings/labels.ts'

/**
 * A host name for one console, 80 bits of which are random. Browsers send a cookie to every port of its host (RFC 6265 section 8.5), so
 * another user of this machine who knew the name could listen there, lead the browser to it, and take the session.
 */
export function newHostName(): string {
  return `certbound-console-${randomBytes(10).toString('hex')}.localhost`
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The headers of every answer. With `no-referrer` browsers would send `Origin: null` with forms, so the policy is same-origin
 * console.
 */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
}

const MAX_BODY_BYTES = 2 * 1024 * 1024

/** A request that is refused before it reaches a page. The message is shown to the user. */
export class PageRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** Refuses host names that an attacker's DNS resolves to this machine. @throws PageRefusal */
export function checkHost({ headers }: IncomingMessage, origin: string): void {
  if (`http://${headers.host ?? ''}` !== origin) {
    throw new PageRefusal(421, `The console answers only to ${origin}.`)
  }
}

/** The URL of a request. The request target may be a whole URL (RFC 9112 section 3.2.2). @throws PageRefusal */
export function addressOf({ url = '/' }: IncomingMessage, origin: string): URL {
  const address = URL.parse(url.replace(/^\/+/, '/'), origin)
  if (address?.origin !== origin) throw new PageRefusal(400, 'Page not found.')
  return address
}

/** Why a form changed nothing and is shown again. */
export interface FormProblem {
  readonly status: number
  readonly message: string
}

export interface ReadForm {
  /** The fields, without the secret and without private keys. If there is a problem, `step` is missing too, so the page takes no action. */
  readonly form: URLSearchParams
  readonly problem?: FormProblem
}

const EARLIER_SESSION = {
  status: 403,
  message: 'This form belongs to an earlier session, so nothing was done. Check it and send it again.',
}

/**
 * Reads the form of a change, which must come from a page of the console.
 *
 * @throws PageRefusal
 */
export async function readForm(
  request: IncomingMessage,
  origin: string,
  session: Session,
): Promise<ReadForm> {
  const { headers } = request
  if (headers.origin !== origin) throw new PageRefusal(403, 'The form was sent from another origin.')
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin')
    throw new PageRefusal(403, 'The form was sent from another site.')
  if (headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded')
    throw new PageRefusal(415, 'The console accepts only forms.')
  if (Number(headers['content-length'] ?? NaN) > MAX_BODY_BYTES)
    throw new PageRefusal(413, 'The form is too large.')
  if (headers['content-length'] === undefined)
    throw new PageRefusal(411, 'The form was sent without its length.')
  const form = new URLSearchParams(await text(request))
  const isOfSession = sameSecret(form.get('csrf') ?? '', session.csrf)
  form.delete('csrf')
  const names = takePrivateKeys(form)
  if (isOfSession && names.length === 0) return { form }
  form.delete('step')
  return { form, problem: isOfSession ? privateKeyProblem(names) : EARLIER_SESSION }
}

/** @returns the names of the fields that contained a private key */
function takePrivateKeys(form: URLSearchParams): string[] {
  const all = [...form]
  for (const [name] of all) form.delete(name)
  return all.flatMap(([name, value]) => {
    const kept = withoutPrivateKeys(value)
    form.append(name, kept)
    return kept === value ? [] : [name]
  })
}

function privateKeyProblem(names: readonly string[]): FormProblem {
  const fields = names.map((name) => `“${labelOf(name)}”`).join(', ')
  const message = `There was a private key in ${fields}. It was not sent to the Web API and is not shown again. Only the client needs its private key: enter the certificate or the public key.`
  return { status: 400, message }
}

/** The value of a cookie of the request. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = headers.cookie?.split(/; */) ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

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
 * Every answer has these. With `no-referrer` browsers would send `Origin: null` with forms, so the referrer stays within the
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

/** Why a request is refused before any page sees it. The message is shown. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** A name that resolves to this machine by an attacker's DNS is refused here. @throws Refused */
export function checkHost({ headers }: IncomingMessage, origin: string): void {
  if (`http://${headers.host ?? ''}` !== origin) {
    throw new Refused(421, `The console answers only to ${origin}.`)
  }
}

/** The address of a request, which may also be a whole URL (RFC 9112 section 3.2.2). @throws Refused */
export function addressOf({ url = '/' }: IncomingMessage, origin: string): URL {
  const address = URL.parse(url.replace(/^\/+/, '/'), origin)
  if (address?.origin !== origin) throw new Refused(400, 'This is no address of the console.')
  return address
}

/** Why a form changes nothing, and is only shown again. */
export interface FormProblem {
  readonly status: number
  readonly message: string
}

export interface ReadForm {
  /** Without the secret and without private keys. If there is a problem, it has no `step`, so a page neither changes nor asks anything. */
  readonly form: URLSearchParams
  readonly problem?: FormProblem
}

const EARLIER_SESSION = {
  status: 403,
  message: 'This form is of an earlier session, so nothing was done. Look through it, and send it again.',
}

/**
 * Reads the form of a change, which must come from a page of the console.
 *
 * @throws Refused
 */
export async function readForm(
  request: IncomingMessage,
  origin: string,
  session: Session,
): Promise<ReadForm> {
  const { headers } = request
  if (headers.origin !== origin) throw new Refused(403, 'The form comes from another origin.')
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin')
    throw new Refused(403, 'The form comes from another site.')
  if (headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded')
    throw new Refused(415, 'The console takes only forms.')
  if (Number(headers['content-length'] ?? NaN) > MAX_BODY_BYTES)
    throw new Refused(413, 'The form is too large.')
  if (headers['content-length'] === undefined) throw new Refused(411, 'The form has no length.')
  const form = new URLSearchParams(await text(request))
  const isOfSession = sameSecret(form.get('csrf') ?? '', session.csrf)
  form.delete('csrf')
  const names = takePrivateKeys(form)
  if (isOfSession && names.length === 0) return { form }
  form.delete('step')
  return { form, problem: isOfSession ? privateKeyProblem(names) : EARLIER_SESSION }
}

/** @returns the names of the fields that had one */
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
  const message = `A private key was in ${fields}. It was not sent to the Web API, and is not shown again. Only its holder needs it: give the certificate, or the public key.`
  return { status: 400, message }
}

/** The value of a cookie of the request. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = headers.cookie?.split(/; */) ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

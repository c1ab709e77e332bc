import { curlOf } from '../../curl.ts'

/** A question to the explainer. Its members are the fields of the form, empty if not set. */
export interface Question {
  readonly token: string
  readonly clientCertificate: string
  readonly scopes: string
  readonly subject: string
  readonly resources: string
  readonly acrValues: string
  readonly maxAge: string
  readonly dpop: string
  readonly htm: string
  readonly htu: string
}

export const NO_QUESTION: Question = {
  ...{ token: '', clientCertificate: '', scopes: '', subject: '', resources: '' },
  ...{ acrValues: '', maxAge: '', dpop: '', htm: '', htu: '' },
}

/** Removes white space and the scheme of a copied header from the token. */
export function readQuestion(form: URLSearchParams): Question {
  const text = (name: keyof Question) => (form.get(name) ?? '').trim()
  return {
    ...{ token: text('token').replace(/^(?:Bearer|DPoP) +/i, ''), scopes: text('scopes') },
    // The text is not changed, because the Web API reads each spelling.
    ...{ clientCertificate: form.get('clientCertificate') ?? '', subject: form.get('subject') ?? '' },
    ...{ resources: text('resources'), acrValues: text('acrValues'), maxAge: text('maxAge') },
    ...{ dpop: text('dpop'), htm: text('htm'), htu: text('htu') },
  }
}

/** The ID of a token, which lists show. Tokens are longer. */
const TOKEN_ID = /^[\w-]{30}$/

/** Why a question is not sent, and the field that causes it. */
export type Problem = readonly [field: keyof Question, text: string]

export function problemOf({ token, maxAge }: Question): Problem | undefined {
  if (token === '') return ['token', 'Enter the access token that was presented.']
  if (TOKEN_ID.test(token))
    return [
      'token',
      'This is the ID of a token, which lists show. Paste the token itself, which only its client has.',
    ]
  if (maxAge !== '' && !/^[1-9]\d{0,8}$/.test(maxAge))
    return ['maxAge', 'The maximum age must be a number of seconds.']
  return undefined
}

/** The body of `/auth/introspection`. */
export function bodyOf(question: Question, explain: boolean): Record<string, unknown> {
  const { token, subject, clientCertificate, maxAge, dpop, htm, htu } = question
  const some = (value: unknown, isGiven: boolean) => (isGiven ? value : undefined)
  const list = (text: string) => some(text.split(/\s+/), text !== '')
  return {
    token,
    clientCertificate: some(clientCertificate, clientCertificate.trim() !== ''),
    scopes: list(question.scopes),
    subject: some(subject, subject !== ''),
    resources: list(question.resources),
    acrValues: list(question.acrValues),
    maxAge: some(Number(maxAge), maxAge !== ''),
    dpop: some(dpop, dpop !== ''),
    htm: some(htm, dpop !== ''),
    htu: some(htu, dpop !== ''),
    explain: some(true, explain),
  }
}

const LEFT_OUT = {
  token: '(the access token)',
  clientCertificate: '(the certificate, as PEM)',
  dpop: '(the DPoP proof)',
}

/** The call as a command. It contains secrets only if `isWhole`. */
export function commandOf(url: string, body: Readonly<Record<string, unknown>>, isWhole: boolean): string {
  const hidden = Object.entries(LEFT_OUT).filter(([name]) => !isWhole && body[name] !== undefined)
  return curlOf(url, { ...body, ...Object.fromEntries(hidden) }, 'CALL')
}

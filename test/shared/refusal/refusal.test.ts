import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type Reason, Refusal, refusalRows } from '../../../shared/refusal/refusal.ts'
import { load } from '../../support/vectors.ts'

const root = new URL('../../..', import.meta.url).pathname
const sources = globSync('{functions,shared}/**/*.ts', { cwd: root })
  // The library has failures of its own, some of the same name.
  .filter((file) => !/^shared\/(refusal|resource-server)\//.test(file))
  .map((file) => readFileSync(`${root}${file}`, 'utf8'))
  .join('\n')

const { messages: published } = load(
  'result-codes.json',
  z.strictObject({ about: z.string(), messages: z.record(z.string(), z.string()) }),
)

interface Row {
  readonly reason: Reason
  readonly code: string
  readonly action: ReturnType<typeof refusalRows>[Reason][1]
  readonly error: string
  readonly message: string
}
const rows = Object.entries(refusalRows()).map(([reason, [code, action, error, message]]): Row => {
  return { reason: reason as Reason, code, action, error, message }
})

/** Codes whose last two digits are 91 or more are ours. */
const isOurs = ({ code }: Row) => Number(code.slice(-2)) >= 91

/**
 * The third digit from the right: 1 the server's fault, 2 the caller's, 3 the client's, 6 the operation's (Authlete contract,
 * section 1.5).
 */
const fault = ({ code }: Row) => code.at(-3)

/** Authlete contract, sections 1.5 and 2.2: the form is the client's, and a ticket may be gone without anyone's fault. */
const BAD_REQUEST_ALL_THE_SAME = [
  ...['A004201', 'A004202', 'A041202', 'A059202', 'A047201', 'A047202', 'A113201', 'A113202'],
  ...['A145201', 'A145202'],
]

/** Authlete contract, section 1.5: there the caller is who the answer is for. */
const OF_TOKEN_MANAGEMENT = /^A(?:10[4-8]|13[45]|159)/

/** Authlete contract, section 1.6: a credential that is not valid is the caller's fault, even if the digit names another party. */
const STATUS_ALL_THE_SAME = ['A458101']

test('every result code is A and six digits, and has one row', () => {
  for (const { code } of rows) expect(code).toMatch(/^A\d{6}$/)
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length)
})

test('no reason is in two sections of the table', async () => {
  const sections = globSync('shared/refusal/*.ts', { cwd: root, exclude: ['**/refusal.ts', '**/row.ts'] })
  const tables = await Promise.all(sections.map((file) => import(`${root}${file}`) as Promise<object>))
  const names = tables.flatMap((section) =>
    Object.values(section).flatMap((tableRows: () => object) => Object.keys(tableRows())),
  )
  expect(names.toSorted()).toEqual(Object.keys(refusalRows()).toSorted())
})

test('the third digit from the right of every code agrees with its action', () => {
  expect(rows.filter((row) => !actionsFor(row).includes(row.action))).toEqual([])
})

test('every action agrees with its error', () => {
  expect(rows.filter(({ action, error }) => !ERRORS[action].includes(error))).toEqual([])
})

test('every message is legal in error_description, with one placeholder at most', () => {
  const legal = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/
  expect(rows.filter(({ message, code }) => !legal.test(`[${code}] ${message}`))).toEqual([])
  expect(rows.filter(({ message }) => !/^[^{]*(?:\{\}[^{]*)?$/.test(message))).toEqual([])
})

test('every refusal is thrown somewhere', () => {
  expect(rows.filter(({ reason }) => !sources.includes(`'${reason}'`))).toEqual([])
})

/** The actions and statuses that a row with this code may have (Authlete contract, sections 1.5 and 1.6). */
function actionsFor(row: Row): readonly unknown[] {
  if (STATUS_ALL_THE_SAME.includes(row.code)) return [401]
  if (fault(row) === '1') return ['INTERNAL_SERVER_ERROR', 500, 503]
  if (fault(row) === '6') return [400]
  if (fault(row) === '3')
    return ['BAD_REQUEST', 'INVALID_CLIENT', 'UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE']
  if (fault(row) === '2' && OF_TOKEN_MANAGEMENT.test(row.code)) return ['BAD_REQUEST', 'NOT_FOUND', 400]
  if (BAD_REQUEST_ALL_THE_SAME.includes(row.code)) return ['BAD_REQUEST']
  return fault(row) === '2' ? ['INTERNAL_SERVER_ERROR', 'CALLER_ERROR', 400, 401, 403, 404, 405, 412] : []
}

const ERRORS: Readonly<Record<Row['action'], readonly string[]>> = {
  BAD_REQUEST: [
    'invalid_request',
    'invalid_grant',
    'invalid_scope',
    'unauthorized_client',
    'unsupported_grant_type',
    'unsupported_response_type',
    // The errors of failed authorization requests go to the redirect URI.
    ...['access_denied', 'login_required', 'account_selection_required', 'consent_required'],
    ...['interaction_required', 'invalid_target', 'server_error', 'temporarily_unavailable'],
    ...['invalid_request_uri', 'request_not_supported', 'request_uri_not_supported'],
    ...['invalid_dpop_proof', 'use_dpop_nonce'],
  ],
  INVALID_CLIENT: ['invalid_client'],
  UNAUTHORIZED: ['invalid_token', 'insufficient_user_authentication', 'invalid_dpop_proof', 'use_dpop_nonce'],
  FORBIDDEN: ['insufficient_scope', 'invalid_request'],
  NOT_FOUND: ['invalid_request'],
  PAYLOAD_TOO_LARGE: ['invalid_request'],
  CALLER_ERROR: ['invalid_request'],
  INTERNAL_SERVER_ERROR: ['server_error'],
  400: ['invalid_request'],
  401: ['invalid_client'],
  403: ['invalid_client'],
  404: ['invalid_request'],
  405: ['invalid_request'],
  412: ['invalid_request'],
  500: ['server_error'],
  503: ['temporarily_unavailable'],
}

const known = rows.filter((row) => !isOurs(row))

const isAsPublished = ({ code, message }: Row) => {
  const text = published[code] ?? 'not published'
  return [filled(text), emptied(text)].includes(withoutLimit(message))
}

test('messages are the published ones, except for those that are listed', () => {
  const differing = known.filter((row) => !isAsPublished(row)).map(({ code, message }) => [code, message])
  expect(Object.fromEntries(differing)).toEqual(DIFFERENT)
})

test('messages of ours are under codes that are not published', () => {
  expect(rows.filter((row) => isOurs(row) && row.code in published)).toEqual([])
})

test('every published message is needed', () => {
  const codes = rows.map(({ code }) => code)
  expect(Object.keys(published).filter((code) => !codes.includes(code))).toEqual([])
})

/** Messages that are not the published ones, beyond a placeholder that is left out. */
const DIFFERENT: Readonly<Record<string, string>> = {
  // Their texts are not known.
  A008303: "The value of 'request_uri' is invalid: no such request, or it was used.",
  A458101: 'The access token for the API is not valid.',
  // Not the name of another product.
  A001101: 'Internal server error.',
  // Seen without a full stop.
  A157357: 'The client identifier is not found at the expected location.',
  // Requested scopes that do not exist are refused, even if the service has default scopes (decision D25).
  A007305:
    "The authorization request has no 'scope' parameter or none of the given scopes is recognized as valid.",
  A052303: "The token request has no 'scope' parameter or none of the given scopes is recognized as valid.",
  // Without the value that was sent.
  A039230: 'The value (trustedRootCertificates[{}]) is not a valid X509 certificate in PEM format.',
  A031222: "The algorithm given as the value of '{}' is not asymmetric.",
  A031201: "The value is not supported as a value for '{}'.",
  A039206: "The scope name of the element at the index '{}' of 'supportedScopes' contains a bad letter.",
  // One setting has the limit, one has an index.
  A031204: "The length of '{}' must not exceed 200 letters.",
  A031208: "The element at the index '{}' of 'redirectUris' is not a well-formed URI.",
  A031209: "The element at the index '{}' of 'redirectUris' is not an absolute URI.",
  A031210: "The element at the index '{}' of 'redirectUris' has a fragment component.",
  A031211: "The element at the index '{}' of 'redirectUris' is a duplicate.",
}

/** A placeholder to be filled, by `named` or by a limit of ours. */
function filled(text: string): string {
  return text.replace(/\{[^}]+\}|%d/, '{}')
}

const withoutLimit = (message: string) => message.replace(/\(\d+\)/, '({})')

/** Placeholders left out, with the words and marks that belong to them. */
function emptied(text: string): string {
  return text
    .replaceAll(/ \((?:(?:, )?(?:[A-Za-z ]+ = )?'?(?:\{[^}]+\}|%s)'?)+\)/g, '')
    .replaceAll(/ '\{[^}]+\}'/g, '')
    .replace(/: \{[^}]+\}$/, '.')
}

test('a Refusal is an Error whose message is its reason', () => {
  const refusal = new Refusal('code-unknown')
  expect(refusal).toBeInstanceOf(Error)
  expect(refusal).toMatchObject({ message: 'code-unknown', reason: 'code-unknown', options: {} })
  expect(refusal.description).toBe('No such authorization code.')
})

test('a Refusal keeps its cause for the log', () => {
  const cause = new Error('why')
  expect(new Refusal('jwt-not-signed', { cause }).cause).toBe(cause)
})

test.each(['password', "$&$'$`$$", '{}'])('a Refusal fills its placeholder with %s as it is', (named) => {
  expect(new Refusal('grant-type-unsupported', { named }).description).toBe(
    `This service does not support the grant_type '${named}'.`,
  )
})

/** Behind a reason: `named` beside it, or its second half in a pair. */
const FILLED = /^[^]{0,60}\bnamed\b|^, [^{\s]/
/** A line of a table, whose user fills the message. */
const MAPPED = /^ +'[\w-]+': '[\w-]+',$/gm

test('every refusal with a placeholder is thrown with what fills it', () => {
  const unfilled = rows.filter(({ message, reason }) => {
    const places = sources.replaceAll(MAPPED, '').split(`'${reason}'`).slice(1)
    return message.includes('{}') && !places.every((place) => FILLED.test(place))
  })
  expect(unfilled).toEqual([])
})

import { isUtf8 } from 'node:buffer'
import * as z from 'zod/mini'
import type { HttpRequest } from '../http.ts'
import { isJsonObject, isStorable, type JsonObject, parseJson } from '../json.ts'
import { decodeEscapes, decodeFormText, splitPair } from './form.ts'
import { MAX_SCOPE_LENGTH } from './scope.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'

/** Limits on the work for an unknown client (decision D29). Calls of the Web API are longer, because they contain certificates. */
const MAX_FORM_BYTES = 64 * 1024
const MAX_CALL_BYTES = 256 * 1024

const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * The body of a request on the OAuth face, which must be a form (RFC 6749 section 3.2). It is still encoded.
 *
 * @throws Refusal body-malformed, body-too-large
 */
export function readForm(http: HttpRequest): string {
  if (http.body.length > MAX_FORM_BYTES) throw new Refusal('body-too-large')
  if (mediaType(http) !== FORM_TYPE) throw new Refusal('body-malformed')
  return textOf(http.body)
}

/** Texts that a caller may send as numbers. Authlete's Django server sends the primary key of a user. */
const NUMBER_OR_TEXT: ReadonlySet<string> = new Set([
  'subject',
  'clientId',
  'clientIdentifier',
  'token',
  'ticket',
])

/**
 * Reads the members of a Web API call: from the body, which is JSON or a form, or from the query of a GET or DELETE.
 * Members that are `null`, `""` or 0 count as absent, because Authlete's Java and Python clients send all members of their
 * objects (Authlete contract, rule 2). But a `subject` of 0 is the subject "0", because an absent one would skip a check.
 *
 * @param reasonOf the reason for a wrong member, if it has a result code of its own
 * @throws Refusal body-malformed, body-too-large, member-wrong, or a reason of `reasonOf`
 */
export function readCall<Schema extends z.ZodMiniType>(
  http: HttpRequest,
  schema: Schema,
  reasonOf: (named: string, isTooSmall: boolean) => Reason | undefined = () => undefined,
): z.output<Schema> {
  const inQuery = http.method === 'GET' || http.method === 'DELETE'
  const members = inQuery ? queryMembers(http.query) : bodyMembers(http)
  const parsed = schema.safeParse(withoutEmpty(integersAsText(members)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const named = String(issue?.path[0] ?? 'body')
  throw new Refusal(reasonOf(named, issue?.code === 'too_small') ?? 'member-wrong', { named })
}

/** Reads the members of settings, some of which are stored unchanged. @throws Refusal body-malformed, body-too-large */
export function readJsonObject(http: HttpRequest): JsonObject {
  const members = jsonMembers(http)
  if (!isStorable(members)) throw new Refusal('body-malformed')
  return members
}

/** The schema of the call checks numbers at the top level. */
function jsonMembers(http: HttpRequest): JsonObject {
  const value = parseJson(callText(http))
  if (!isJsonObject(value)) throw new Refusal('body-malformed')
  if (!Object.values(value).every((member) => typeof member === 'number' || isStorable(member))) {
    throw new Refusal('body-malformed')
  }
  return value
}

/** All other numbers stay, so that the schema refuses those that should be text. */
function integersAsText(members: object): JsonObject {
  const texts = Object.entries(members).map(([name, value]: [string, unknown]) => {
    const isText =
      NUMBER_OR_TEXT.has(name) && Number.isSafeInteger(value) && (value !== 0 || name === 'subject')
    return [name, isText ? String(value) : value]
  })
  return Object.fromEntries(texts) as JsonObject
}

/** Removes members that are `null`, `""` or 0. */
export function withoutEmpty(members: object): JsonObject {
  const present = Object.entries(members).filter(([, value]) => value !== null && value !== '' && value !== 0)
  return Object.fromEntries(present)
}

function bodyMembers(http: HttpRequest): object {
  return mediaType(http) === FORM_TYPE ? formMembers(callText(http)) : jsonMembers(http)
}

function queryMembers(query: URLSearchParams): object {
  const members = new Map(query)
  if (members.size !== query.size) throw new Refusal('body-malformed')
  return Object.fromEntries(members)
}

function callText({ body }: HttpRequest): string {
  if (body.length > MAX_CALL_BYTES) throw new Refusal('body-too-large')
  return textOf(body)
}

/** An array of strings. In a form body it is one text with spaces between the items (Authlete contract, section 1.1). */
export const listMember = z.lazy(() => z.pipe(z.transform(listFromText), z.array(z.string())))

/** The scopes of a call that a grant will store. They have the limit of the parameter `scope`. */
export const scopesMember = z.lazy(() =>
  listMember.check(z.refine((names) => names.join(' ').length <= MAX_SCOPE_LENGTH)),
)

/** An integer. In a form body it is text, and 0 counts as absent there, too. */
export const numberMember = (...checks: readonly z.core.$ZodCheck<number>[]) =>
  z.pipe(z.transform(numberFromText), z.optional(z.int().check(...checks)))

/** A boolean. In a form body it is text. */
export const flagMember = z.lazy(() => z.pipe(z.transform(flagFromText), z.boolean()))

export function listFromText(value: unknown): unknown {
  return typeof value === 'string' ? value.split(' ').filter((item) => item !== '') : value
}

function numberFromText(value: unknown): unknown {
  if (value === '0') return undefined
  return typeof value === 'string' && /^-?[0-9]{1,16}$/.test(value) ? Number(value) : value
}

export function flagFromText(value: unknown): unknown {
  return value === 'true' || value === 'false' ? value === 'true' : value
}

function mediaType(http: HttpRequest): string | undefined {
  const [value, ...more] = http.headers.get('content-type') ?? []
  // Events of HTTP APIs join the values of a repeated header with a comma.
  if (value === undefined || more.length > 0 || value.includes(',')) return undefined
  return value.split(';', 1)[0]?.trim().toLowerCase()
}

/** Replacement characters for bytes that are not UTF-8 would make two different requests equal. */
function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new Refusal('body-malformed')
  return body.toString()
}

function formMembers(text: string): object {
  const members = new Map<string, string>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const [encodedName, encoded] = splitPair(pair)
    const name = decodeFormText(encodedName)
    // A certificate has line breaks, which `decodeFormText` refuses.
    const value = decodeEscapes(encoded)
    if (name === undefined || value === undefined || members.has(name)) throw new Refusal('body-malformed')
    members.set(name, value)
  }
  return Object.fromEntries(members)
}

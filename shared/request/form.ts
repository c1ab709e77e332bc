import { type Reason, Refusal } from '../refusal/refusal.ts'

const MAX_PARAMETERS = 100
// eslint-disable-next-line no-control-regex -- control characters are what is looked for (RFC 6749 appendix A)
const CONTROL = /[\x00-\x1f\x7f]/
const ESCAPED_LINE_BREAK = /%0[ad]/gi

export type Parameters = ReadonlyMap<string, string>

/** The parameters that an endpoint reads from a form, and its reasons to refuse one. */
export interface FormRules {
  readonly malformed: Reason
  /** The parameters that may occur once, with the reason to refuse a second one. All other parameters are ignored. */
  readonly repeated: Readonly<Record<string, Reason | ((parameters: Parameters) => Reason)>>
  /** The parameters that may occur several times. */
  readonly repeatable?: readonly string[]
}

/** The parameters of a form. The endpoint decides about repeated and empty ones. */
export interface Form {
  /** The parameters of `rules.repeated` that have a value. */
  readonly parameters: Parameters
  /** Names of parameters without a value, which count as absent. */
  readonly empty: ReadonlySet<string>
  readonly repeated: ReadonlySet<string>
  /** The values of each parameter of `rules.repeatable`, by name. */
  readonly repeatable: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads `application/x-www-form-urlencoded` (RFC 6749 appendix B) strictly: it refuses input that a lenient decoder
 * would change (decision D27).
 *
 * @throws Refusal `rules.malformed`
 */
export function readParameters(text: string, rules: FormRules): Form {
  const pairs = text === '' ? [] : text.split('&')
  if (pairs.length > MAX_PARAMETERS) throw new Refusal(rules.malformed)
  const seen = new Map<string, string>()
  const repeated = new Set<string>()
  const repeatable = new Map((rules.repeatable ?? []).map((name) => [name, [] as string[]]))
  for (const pair of pairs) {
    const [encodedName, encoded] = splitPair(pair)
    const name = decodeFormText(encodedName)
    const values = name === undefined ? undefined : repeatable.get(name)
    const known = values !== undefined || (name !== undefined && Object.hasOwn(rules.repeated, name))
    // An endpoint that reads no certificate ignores one in the form, whose PEM has line breaks (vector mtls-body-spoof).
    const value = decodeFormText(known ? encoded : encoded.replaceAll(ESCAPED_LINE_BREAK, '+'))
    if (name === undefined || value === undefined) throw new Refusal(rules.malformed)
    if (values !== undefined && value !== '') values.push(value)
    if (values !== undefined || !known) continue
    if (seen.has(name)) repeated.add(name)
    seen.set(name, value)
  }
  const parameters = new Map([...seen].filter(([, value]) => value !== ''))
  const empty = new Set([...seen.keys()].filter((name) => !parameters.has(name)))
  return { parameters, empty, repeated, repeatable }
}

/** Reads a form like `readParameters`, and refuses repeated parameters (decision D26). @throws Refusal with a reason of `rules` */
export function parseForm(text: string, rules: FormRules): Form {
  const form = readParameters(text, rules)
  const [repeated] = form.repeated
  if (repeated !== undefined) throw new Refusal(repeatedReason(repeated, rules, form.parameters))
  return form
}

/** The reason of `rules` to refuse a repeated parameter. */
export function repeatedReason(name: string, rules: FormRules, parameters: Parameters): Reason {
  const reason = rules.repeated[name] ?? rules.malformed
  return typeof reason === 'function' ? reason(parameters) : reason
}

/** @returns `undefined` for a broken escape, for control characters, and for a lone surrogate, which JSON can contain but UTF-8 cannot */
export function decodeFormText(text: string): string | undefined {
  const decoded = text.includes('%') || text.includes('+') ? decodeEscapes(text) : text
  return decoded === undefined || !decoded.isWellFormed() || CONTROL.test(decoded) ? undefined : decoded
}

/** The name and the value of a pair, both still encoded. A pair without `=` has an empty value. */
export function splitPair(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf('=')
  return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** Decodes like `decodeFormText`, but accepts control characters. @returns `undefined` for a broken escape */
export function decodeEscapes(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

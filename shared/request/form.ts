import { type Reason, Refusal } from '../refusal/refusal.ts'

const MAX_PARAMETERS = 100
// eslint-disable-next-line no-control-regex -- control characters are what is looked for (RFC 6749 appendix A)
const CONTROL = /[\x00-\x1f\x7f]/
const ESCAPED_LINE_BREAK = /%0[ad]/gi

export type Parameters = ReadonlyMap<string, string>

/** Why a form is refused: as a whole, or because one of the parameters that the endpoint knows is in it twice. */
export interface FormRules {
  readonly malformed: Reason
  /** By name; only these parameters are read. */
  readonly repeated: Readonly<Record<string, Reason | ((parameters: Parameters) => Reason)>>
  /** Parameters that may be in it several times. */
  readonly several?: readonly string[]
}

/** A form as it was sent, with what may be wrong with it left to judge. */
export interface Form {
  /** Those that `rules` names and that have a value. */
  readonly parameters: Parameters
  /** Those that have none; they count as left out. */
  readonly empty: ReadonlySet<string>
  readonly repeated: ReadonlySet<string>
  /** The values of those that may be in it several times, by name. */
  readonly several: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly: what a lenient decoder would turn into
 * something else is refused (decision D27).
 *
 * @throws Refusal `rules.malformed`
 */
export function readParameters(text: string, rules: FormRules): Form {
  const pairs = text === '' ? [] : text.split('&')
  if (pairs.length > MAX_PARAMETERS) throw new Refusal(rules.malformed)
  const seen = new Map<string, string>()
  const repeated = new Set<string>()
  const several = new Map((rules.several ?? []).map((name) => [name, [] as string[]]))
  for (const pair of pairs) {
    const [encodedName, encoded] = splitPair(pair)
    const name = decodeFormText(encodedName)
    const values = name === undefined ? undefined : several.get(name)
    const known = values !== undefined || (name !== undefined && Object.hasOwn(rules.repeated, name))
    // A certificate has line breaks: where nobody reads it, it is ignored like any parameter (vector mtls-body-spoof).
    const value = decodeFormText(known ? encoded : encoded.replaceAll(ESCAPED_LINE_BREAK, '+'))
    if (name === undefined || value === undefined) throw new Refusal(rules.malformed)
    if (values !== undefined && value !== '') values.push(value)
    if (values !== undefined || !known) continue
    if (seen.has(name)) repeated.add(name)
    seen.set(name, value)
  }
  const parameters = new Map([...seen].filter(([, value]) => value !== ''))
  const empty = new Set([...seen.keys()].filter((name) => !parameters.has(name)))
  return { parameters, empty, repeated, several }
}

/** As `readParameters`, and no parameter may be in it twice (decision D26). @throws Refusal with a reason of `rules` */
export function parseForm(text: string, rules: FormRules): Form {
  const form = readParameters(text, rules)
  const [repeated] = form.repeated
  if (repeated !== undefined) throw new Refusal(reasonFor(repeated, rules, form.parameters))
  return form
}

/** The parameters of `parseForm` alone, where nobody asks which were empty. */
export function parseParameters(text: string, rules: FormRules): Parameters {
  return parseForm(text, rules).parameters
}

/** Why a repeated parameter is refused. */
export function reasonFor(name: string, rules: FormRules, parameters: Parameters): Reason {
  const reason = rules.repeated[name] ?? rules.malformed
  return typeof reason === 'function' ? reason(parameters) : reason
}

/** @returns `undefined` for a broken escape, for what is not UTF-8 (JSON can bring in a lone surrogate) and for control characters */
export function decodeFormText(text: string): string | undefined {
  const decoded = text.includes('%') || text.includes('+') ? decodeEscapes(text) : text
  return decoded === undefined || !decoded.isWellFormed() || CONTROL.test(decoded) ? undefined : decoded
}

/** The name and the value of a pair, both still encoded. A name alone has the empty value. */
export function splitPair(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf('=')
  return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** Unlike `decodeFormText` it lets control characters stand. @returns `undefined` for a broken escape */
export function decodeEscapes(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

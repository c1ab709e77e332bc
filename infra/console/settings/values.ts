import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, parseJson } from '../../../shared/json.ts'
import { readX509, subjectOf } from '../certificate-file.ts'
import type { Members } from '../web-api.ts'
import { durationWords } from '../words.ts'
import type { Control, Field } from './fields.ts'
import { readCertificates, readKeys } from './registered.ts'

/** A change of one setting. An absent value is `undefined`; the setting returns to its default. */
export interface Change {
  readonly field: Field
  readonly from: unknown
  readonly to: unknown
}

/** The value of a setting in a record of the Web API. Equivalent values become equal. */
export function valueIn(record: Members, field: Field): unknown {
  const [name = '', inside] = field.path.split('.')
  const member = record[name]
  const value = inside === undefined ? member : isJsonObject(member) ? member[inside] : undefined
  return normal(field, value ?? undefined)
}

function normal({ control: { kind }, isAbsentable }: Field, value: unknown): unknown {
  if (kind === 'switch') return value === true
  const isList =
    kind === 'choices' || kind === 'lines' || kind === 'certificates' || kind === 'pairs' || kind === 'scopes'
  if (isList && value === undefined && !isAbsentable) return []
  return value
}

/** The name of the form field that decides whether a list is present. */
export const setName = (path: string) => `${path}?`

/**
 * Reads the value of a setting from a form that has it.
 *
 * @returns an Error with what is wrong, if no value can be read
 */
export function readValue(field: Field, form: URLSearchParams): unknown {
  const { path, control, isAbsentable } = field
  if (isAbsentable && !form.has(setName(path))) return undefined
  const text = (form.get(path) ?? '').replaceAll('\r\n', '\n')
  switch (control.kind) {
    case 'switch':
      return form.has(path)
    case 'choices':
      return form.getAll(path)
    case 'number':
      return text.trim() === '' ? undefined : readNumber(text.trim(), control.isWhole)
    case 'lines':
      return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
    case 'certificates':
      return readCertificates(path, form)
    case 'keys':
      return readKeys(path, form)
    case 'pairs':
      return readPairs(path, control.members, form)
    case 'choice':
    case 'text':
    case 'json':
      return text === '' ? undefined : text
    case 'scopes':
      return readScopes(path, form)
    case 'other':
      return undefined
  }
}

function readNumber(text: string, isWhole: boolean): number | Error {
  const number = Number(text)
  if (!Number.isFinite(number) || (isWhole && !Number.isSafeInteger(number)))
    return new Error(`must be a ${isWhole ? 'whole ' : ''}number`)
  return number
}

function readPairs(path: string, [first, second]: readonly [string, string], form: URLSearchParams) {
  const seconds = form.getAll(`${path}.${second}`)
  return form.getAll(`${path}.${first}`).flatMap((one, index) => {
    const other = seconds[index] ?? ''
    return one === '' && other === '' ? [] : [{ [first]: one, [second]: other }]
  })
}

/** A scope without a name is removed. */
function readScopes(path: string, form: URLSearchParams): unknown[] | Error {
  const scopes: unknown[] = []
  for (let index = 0; form.has(`${path}.${index}.name`); index++) {
    const text = (member: string) => form.get(`${path}.${index}.${member}`) ?? ''
    const others = parseJson(text('others'))
    if (!isJsonObject(others)) return new Error('The form was incomplete')
    const description = text('description')
    const name = text('name').trim()
    const attributes = readAttributes(text('attributes'))
    const about = {
      ...(description === '' ? {} : { description }),
      ...(attributes.length === 0 ? {} : { attributes }),
    }
    const isDefault = form.has(`${path}.${index}.defaultEntry`)
    if (name !== '') scopes.push({ name, defaultEntry: isDefault, ...about, ...others })
  }
  return scopes
}

/** Attributes of a scope, one per line: `name=value`. @returns `undefined` if they cannot be written like this */
export function attributeLines(attributes: unknown): string | undefined {
  const lines = (Array.isArray(attributes) ? attributes : []).map((one: unknown) =>
    isJsonObject(one) ? `${textOf(one['key'])}=${textOf(one['value'])}` : '',
  )
  const text = lines.join('\n')
  return isDeepStrictEqual(readAttributes(text), attributes ?? []) ? text : undefined
}

function readAttributes(text: string) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [key = '', ...value] = line.split('=')
    return { key, value: value.join('=') }
  })
}

/** The settings whose values in a form differ from the values that were read. */
export function changesOf(
  fields: readonly Field[],
  before: Members,
  values: ReadonlyMap<string, unknown>,
): Change[] {
  return fields.flatMap((field) => {
    const change = { field, from: valueIn(before, field), to: values.get(field.path) }
    return isSame(field, change.from, change.to) ? [] : [change]
  })
}

/** Compares two values. Browsers change the line ends of texts, and a line end at the end has no meaning. */
function isSame({ control: { kind } }: Field, one: unknown, other: unknown): boolean {
  if (kind !== 'certificates' || !Array.isArray(one) || !Array.isArray(other))
    return isDeepStrictEqual(one, other)
  const plain = (list: readonly unknown[]) => list.map((text) => String(text).replaceAll('\r\n', '\n').trim())
  return isDeepStrictEqual(plain(one), plain(other))
}

/** The whole record with the changes, including members that the console does not know. */
export function applied(record: Members, changes: readonly Change[]): Members {
  const result: Record<string, unknown> = { ...record }
  for (const { field, to } of changes) {
    const [name = '', inside] = field.path.split('.')
    const member = result[name]
    if (inside === undefined) result[name] = to ?? null
    else result[name] = { ...(isJsonObject(member) ? member : {}), [inside]: to }
  }
  return result
}

/** A value in words, for lists of changes. */
export function words({ path, control }: Field, value: unknown): string {
  if (value === undefined) return 'not set'
  if (typeof value === 'number' && control.kind === 'number' && isDuration(path))
    return `${textOf(value)} (${durationWords(value)})`
  if (!Array.isArray(value)) return textOf(value)
  if (value.length === 0) return 'none'
  return value.map((item: unknown) => itemWords(item, control.kind)).join(', ')
}

/** The text of a value in a form. It is empty if the value is absent. */
export function textOf(value: unknown): string {
  if (value === undefined || typeof value === 'string') return value ?? ''
  return JSON.stringify(value)
}

export function isDuration(path: string): boolean {
  return path.endsWith('Duration')
}

function itemWords(item: unknown, kind: Control['kind']): string {
  if (kind === 'certificates') return subjectOf(readX509(String(item)))
  if (kind === 'scopes' && isJsonObject(item)) return scopeWords(item)
  return isJsonObject(item) ? Object.values(item).map(String).join(' = ') : String(item)
}

function scopeWords({ name, description, defaultEntry, attributes, ...rest }: Members): string {
  const lines = attributeLines(attributes)
  const others = lines === undefined ? { ...rest, attributes } : rest
  const about = [
    ...(lines === undefined || lines === '' ? [] : [lines.replaceAll('\n', ', ')]),
    ...(description === undefined ? [] : [textOf(description)]),
    ...(defaultEntry === true ? ['granted by default'] : []),
    ...(Object.keys(others).length === 0 ? [] : [JSON.stringify(others)]),
  ]
  return about.length === 0 ? textOf(name) : `${textOf(name)} (${about.join('; ')})`
}

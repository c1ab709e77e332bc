import { isJsonObject } from '../json.ts'

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
/** `Array.from` also visits holes. */
const isListOf =
  (isMember: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && Array.from(value).every(isMember)
const isFunction = (value: unknown): boolean => typeof value === 'function'
/** Node ignores a `ca` that is not PEM, for example its path. An encrypted key is an object. */
const isPem = (value: unknown): boolean =>
  isJsonObject(value) && 'pem' in value
    ? isPem(value['pem'])
    : (typeof value === 'string' || Buffer.isBuffer(value)) && value.includes('-----BEGIN ')

type Kind =
  'text' | 'texts' | 'count' | 'switch' | 'function' | 'resource' | 'object' | 'objects' | 'keys' | 'pem'

/** The kinds of values that options have, and the words for each in messages. */
const KINDS: Readonly<Record<Kind, readonly [isKind: (value: unknown) => boolean, words: string]>> = {
  text: [isText, 'a text that is not empty'],
  texts: [isListOf(isText), 'a list of texts that are not empty'],
  count: [(value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0, 'an integer of 0 or more'],
  switch: [(value: unknown) => value === 'refused' || value === 'allowed', "'refused' or 'allowed'"],
  function: [isFunction, 'a function'],
  resource: [isFunction, 'the result of protectedResource'],
  object: [isJsonObject, 'an object'],
  objects: [isListOf(isJsonObject), 'a list of objects'],
  keys: [(value: unknown) => isText(value) || isJsonObject(value), 'a URL or a JWK Set'],
  pem: [
    (value: unknown) => [value].flat().length > 0 && [value].flat().every(isPem),
    'the text of a PEM file, not its path',
  ],
}

/** The members of an object of options. Those with a question mark may be absent. */
export type Members<Name extends string = string> = Readonly<Record<Name, Kind | `${Kind}?`>>

/** The parameters of `requireToken` in functions. */
export const LAMBDA_MEMBERS: Members = { resource: 'resource', options: 'object', handler: 'function' }

/**
 * Requires that an object has all members that it must have, each of its kind, and no others. Code without types could otherwise misspell a
 * requirement, or give `undefined` for it, and nothing would be required.
 *
 * @param name the name of the object in messages; '' for the options themselves
 * @throws TypeError that names the member and what it must be
 */
export function requireMembers(name: string, given: unknown, members: Members): void {
  const known = Object.keys(members).join(', ')
  if (!isJsonObject(given)) throw new TypeError(`${name || 'options'} must be an object with ${known}`)
  const pathOf = (member: string) => (name === '' ? member : `${name}.${member}`)
  const unknown = Object.keys(given).find((member) => !Object.hasOwn(members, member))
  if (unknown !== undefined)
    throw new TypeError(`${pathOf(unknown)} is not an option: the options are ${known}`)
  for (const [member, marked] of Object.entries(members)) {
    const kind = marked.replace('?', '') as Kind
    const [isKind, words] = KINDS[kind]
    if (kind !== marked && !(member in given)) continue
    if (!isKind(given[member]))
      throw new TypeError(`${pathOf(member)} must be ${words}${kind === marked ? '' : ', or must be absent'}`)
  }
}

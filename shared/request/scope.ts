/** The limit for the whole list in UTF-16 units, with a space between the names. */
export const MAX_SCOPE_LENGTH = 4096
/** RFC 6749 section 3.3: NQCHAR tokens with single spaces between them. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** @returns the scopes in their order, each once; `malformed` for text that is outside of the grammar or too long */
export function parseScope(text: string): readonly string[] | 'malformed' {
  if (text.length > MAX_SCOPE_LENGTH || !SCOPE.test(text)) return 'malformed'
  return [...new Set(text.split(' '))]
}

/** Whether `held` has every scope of `needed`. */
export function covers(held: readonly string[], needed: readonly string[]): boolean {
  return needed.every((name) => held.includes(name))
}

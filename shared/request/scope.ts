const MAX_SCOPE_LENGTH = 4096
/** RFC 6749 section 3.3: NQCHAR tokens, one space between two. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** @returns the scopes in the order asked, each once; `malformed` when the text is not in the grammar or too long */
export function parseScope(text: string): readonly string[] | 'malformed' {
  if (text.length > MAX_SCOPE_LENGTH || !SCOPE.test(text)) return 'malformed'
  return [...new Set(text.split(' '))]
}

/** Whether every scope in `needed` is among `held`. */
export function covers(held: readonly string[], needed: readonly string[]): boolean {
  return needed.every((name) => held.includes(name))
}

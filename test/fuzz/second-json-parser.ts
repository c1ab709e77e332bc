/**
 * Whether an object anywhere in a text has two members of one name, by a parser of its own: it walks through the text by its grammar,
 * where certbound looks for tokens.
 *
 * @param text valid JSON, not deep
 */
export function repeatsMember(text: string): boolean {
  let at = 0
  return value()

  function blanks(): void {
    while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++
  }

  function string(): unknown {
    const start = at++
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    return JSON.parse(text.slice(start, ++at))
  }

  function value(): boolean {
    blanks()
    if (text[at] === '{') return members('}', memberOf(new Set()))
    if (text[at] === '[') return members(']', value)
    if (text[at] === '"') string()
    else while (at < text.length && !',}] \t\r\n'.includes(text.charAt(at))) at++
    return false
  }

  function memberOf(seen: Set<unknown>) {
    return () => {
      blanks()
      const name = string()
      const isRepeated = seen.has(name)
      seen.add(name)
      blanks()
      at++
      return value() || isRepeated
    }
  }

  /** All of them are read, because what follows must be found. */
  function members(end: string, member: () => boolean): boolean {
    let found = false
    at++
    blanks()
    while (text[at] !== end) {
      found = member() || found
      blanks()
      if (text[at] === ',') at++
      blanks()
    }
    at++
    return found
  }
}

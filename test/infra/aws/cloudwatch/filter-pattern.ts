/** The part of CloudWatch's syntax for JSON lines that the filters use: equal or not, text or anything, one kind of connective. */
export function matches(pattern: string, line: Readonly<Record<string, unknown>>): boolean {
  const terms = [...pattern.matchAll(/\$\.(\w+) (!?=) "([^"]*)"/g)].map(([, member = '', operator, text]) => {
    const value = line[member]
    if (operator === '!=') return value !== text
    return text === '*' ? value !== undefined : value === text
  })
  return pattern.includes('||') ? terms.some(Boolean) : terms.every(Boolean)
}

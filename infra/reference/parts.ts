/**
 * @param text the present page; its parts between `<!-- made: NAME -->` and `<!-- end -->` are replaced
 * @throws Error for a part that nobody makes, and for a place that the page lacks
 */
export function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  const places = new Set<string>()
  const made = text.replaceAll(
    /(<!-- made: (.*) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const part = parts[name]
      if (part === undefined) throw new Error(`no part is made for ${name}`)
      places.add(name)
      return `${begin}\n${part}\n${end}`
    },
  )
  for (const name of Object.keys(parts)) if (!places.has(name)) throw new Error(`no place for ${name}`)
  return made
}

const withoutBlocks = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, '')

/** Where the links of a page lead, within the project. */
export function linksIn(text: string): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsIn(text: string): string[] {
  const headings = withoutBlocks(text).match(/^#+ .+$/gm) ?? []
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const words = heading.replace(/^#+ /, '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const anchor = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${String(before)}`
  })
}

/** Files and folders of the project that a text names. A name with a placeholder does not count. */
export function pathsIn(text: string): string[] {
  return text.match(PATH) ?? []
}

const PATH = /(?<![\w./<>{}*-])(?:functions|shared|infra|test|docs)\/[\w./-]*\w(?:#[\w-]+)?(?![\w/<>{}*…-])/g

import { readProjectFile } from './comments.ts'

const idsIn = (page: string, pattern: RegExp): readonly string[] =>
  [...readProjectFile(page).matchAll(pattern)].map(([, id = '']) => id)

const SECTION = /^#+ (\d+(?:\.\d+)?)\.? /gm

/** The kinds of citations: the words before one id and before several, the form of an id, and the ids that exist. */
const KINDS = [
  {
    one: 'architecture, section',
    several: 'architecture, sections',
    id: /\d+/,
    known: idsIn('docs/architecture.md', SECTION),
  },
  {
    one: 'Authlete contract, section',
    several: 'Authlete contract, sections',
    id: /\d+(?:\.\d+)?/,
    known: idsIn('docs/authlete-contract.md', SECTION),
  },
  {
    one: 'Authlete contract, rule',
    several: 'Authlete contract, rules',
    id: /\d+/,
    known: idsIn('docs/authlete-contract.md', /^(\d+)\. /gm),
  },
  {
    one: 'decision',
    several: 'decisions',
    id: /D\d+/,
    known: idsIn('docs/decisions.md', /^#+ (D\d+)\. /gm),
  },
  {
    one: 'requirement',
    several: 'requirements',
    id: /[A-CE-Q]\d\d/,
    known: idsIn('docs/requirements.md', /^- \*\*([A-Z]\d\d)\*\* /gm),
  },
] as const
type Kind = (typeof KINDS)[number]

const BARE_ID = /\b(?:D\d{1,2}|[A-CE-Q]\d\d)\b/g

/** Texts that begin like a citation and are not complete. */
const INCOMPLETE = [
  /\barchitecture,? section\b/gi,
  /\b(?:Authlete )?contract,? (?:section|rule|\d)/gi,
  /\b(?:the|this|its) contract\b/gi,
  /\bdesign(?:\.md\b|,? section\b)/gi,
]

/** Every citation in a text that leads nowhere or is not in its one form, with what is wrong with it. */
export function brokenCitations(text: string): string[] {
  let rest = text.replaceAll(/\s+/g, ' ')
  const broken: string[] = []
  for (const kind of KINDS) {
    rest = rest.replaceAll(citationOf(kind), (citation, words: string, list: string) => {
      broken.push(...faultsOf(kind, words, list).map((fault) => `${citation}: ${fault}`))
      return ''
    })
  }
  const incomplete = INCOMPLETE.flatMap((pattern) => rest.match(pattern) ?? [])
  broken.push(...incomplete.map((citation) => `${citation}: names no page and section`))
  broken.push(...(rest.match(BARE_ID) ?? []).map((id) => `${id}: has no word before it`))
  return broken
}

/** Where ids are defined they stand without their word. Those that do not exist: */
export function unknownIds(text: string): string[] {
  const known: readonly string[] = KINDS.flatMap((kind) => kind.known)
  return (text.match(BARE_ID) ?? []).filter((id) => !known.includes(id))
}

/** `decision D4`, `decisions D4 and D5`, `requirements M05, M07 to M09`. */
function citationOf({ one, several, id }: Kind): RegExp {
  const list = `${id.source}(?:(?:, | and | to )${id.source})*`
  return new RegExp(String.raw`\b(${several}|${one}) (${list})(?!\.?\d)`, 'gi')
}

function faultsOf({ one, several, id, known }: Kind, words: string, list: string): string[] {
  const ids = list.match(new RegExp(id.source, 'g')) ?? []
  const faults = ids.filter((cited) => !known.includes(cited)).map((cited) => `there is no ${cited}`)
  const right = ids.length > 1 ? several : one
  return words.toLowerCase() === right.toLowerCase() ? faults : [...faults, `'${right}' is right here`]
}

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { brokenCitations, unknownIds } from './support/citations.ts'
import { commentsIn, commentsOf, projectFiles, readProjectFile } from './support/comments.ts'
import { anchorsIn, linksIn, pathsIn } from './support/markdown.ts'

const root = join(import.meta.dirname, '..')

const sources = projectFiles('{functions,shared,infra,test}/**/*.{ts,js,cjs,yml}', '*.{js,ts,yml,jsonc}')
/** The reference is made by a program, and nobody writes citations in it. */
const pages = projectFiles('*.md', '{docs,shared,infra,test}/**/*.md').filter(
  (page) => page !== 'docs/reference.md',
)
/** These files have texts that describe their entries. */
const data = projectFiles('test/vectors/**/*.json')

/** Ids are defined here. The paths of the second page are below `test`, where test/requirements.test.ts looks for them. */
const DEFINITIONS = ['docs/decisions.md', 'docs/requirements.md']
const PATHS_BELOW_TEST = ['docs/requirements.md']

const inComments = (find: (text: string) => string[]) =>
  sources.flatMap((file) =>
    commentsOf(file)
      .flatMap(find)
      .map((wrong) => `${file}: ${wrong}`),
  )
const inTexts = (files: readonly string[], find: (text: string) => string[]) =>
  files.flatMap((file) => find(readProjectFile(file)).map((wrong) => `${file}: ${wrong}`))

/** Those of a page that lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  return linksIn(text).filter((link) => {
    const [path = '', anchor] = link.split('#')
    return !isThere(path === '' ? page : join(dirname(page), path), anchor)
  })
}

const missingPaths = (text: string) =>
  pathsIn(text).filter((named) => {
    const [path = '', anchor] = named.split('#')
    return !isThere(path, anchor)
  })

function isThere(path: string, anchor: string | undefined): boolean {
  if (!existsSync(join(root, path))) return false
  return anchor === undefined || anchorsIn(readProjectFile(path)).includes(anchor)
}

test('every citation in a comment names a section, rule, decision or requirement that exists', () => {
  expect(inComments(brokenCitations)).toEqual([])
})

test('every citation on a page and in a vector names something that exists', () => {
  const others = pages.filter((page) => !DEFINITIONS.includes(page))
  expect(inTexts(others, brokenCitations)).toEqual([])
  expect(inTexts(DEFINITIONS, unknownIds)).toEqual([])
  expect(inTexts(data, (text) => text.match(/\b(?:design|requirements)\.md\b/g) ?? [])).toEqual([])
})

test('every link of a page leads to a file, and to a heading of it', () => {
  expect(pages.flatMap((page) => inTexts([page], (text) => brokenLinks(page, text)))).toEqual([])
})

test('every file and folder that a comment or a page names exists', () => {
  expect(inComments(missingPaths)).toEqual([])
  expect(
    inTexts(
      pages.filter((page) => !PATHS_BELOW_TEST.includes(page)),
      missingPaths,
    ),
  ).toEqual([])
})

test('README.md has at most 120 lines, and the demo has the steps that it shows', () => {
  const readme = readProjectFile('README.md')
  const shown = [...readme.matchAll(/^\d+\. (.+)$/gm)].map(([, title = '']) => title)
  const demo = projectFiles('infra/emulator/demo*.ts').map(readProjectFile).join('\n')
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  expect(shown.length).toBeGreaterThan(3)
  expect(shown.filter((title) => !demo.includes(title))).toEqual([])
})

test('citations of every kind are read', () => {
  const cited = sources.flatMap(commentsOf).join('\n')
  const kinds = [/architecture, section 3/i, /Authlete contract, section 2\.5/, /Authlete contract, rule 2/]
  for (const kind of [
    ...kinds,
    /decision D12/,
    /decisions D4 and D5/,
    /requirement A20/,
    /docs\/store\.md/,
  ]) {
    expect(cited).toMatch(kind)
  }
})

test.each([
  ['architecture, section 99', 'architecture, section 99: there is no 99'],
  ['Authlete contract, section 2.99', 'Authlete contract, section 2.99: there is no 2.99'],
  ['Authlete contract, sections 2.1 and 2.99', 'Authlete contract, sections 2.1 and 2.99: there is no 2.99'],
  ['Authlete contract, rule 99', 'Authlete contract, rule 99: there is no 99'],
  ['decision D99', 'decision D99: there is no D99'],
  ['decisions D4 and D99', 'decisions D4 and D99: there is no D99'],
  ['requirement A99', 'requirement A99: there is no A99'],
  ['requirements I01 to I99', 'requirements I01 to I99: there is no I99'],
  ['decisions D4', "decisions D4: 'decision' is right here"],
  ['requirement A19, A20', "requirement A19, A20: 'requirements' is right here"],
  ['(D19)', 'D19: has no word before it'],
  ['(decision D19, C14)', 'C14: has no word before it'],
  ['architecture section 3', 'architecture section: names no page and section'],
  ['contract, section 2.5', 'contract, section: names no page and section'],
  ['as the contract demands', 'the contract: names no page and section'],
  ['Authlete contract 7.2', 'Authlete contract 7: names no page and section'],
  ['design, section 3', 'design, section: names no page and section'],
  ['as design.md requires', 'design.md: names no page and section'],
])('%s is a broken citation', (text, broken) => {
  expect(brokenCitations(`A rule is written here (${text}).`)).toEqual([broken])
})

// The comments are in pieces, so that this file does not itself contain them.
test.each([
  ['ts', ['/' + '**', ' * As decided (decision', ' * D99).', ' *' + '/']],
  ['ts', ['go() ' + '/' + '/ See requirement', '/' + '/ A99.']],
  ['yml', ['a: b # See requirement', '  # A99.']],
])('a citation that two lines of a .%s comment share is one', (extension, lines) => {
  expect(commentsIn(lines.join('\n'), `.${extension}`).flatMap(brokenCitations)).toHaveLength(1)
})

test('a link, an anchor, a path and an id that lead nowhere are noticed', () => {
  const links =
    'see [a](store.md), [b](none.md), [c](store.md#none), [d](#none), [e](https://example.com/none)'
  expect(brokenLinks('docs/deploy.md', links)).toEqual(['none.md', 'store.md#none', '#none'])
  expect(missingPaths('docs/store.md, docs/none.md, docs/store.md#none, functions/<name>/routes.ts')).toEqual(
    ['docs/none.md', 'docs/store.md#none'],
  )
  expect(unknownIds('D1 and D99, A01 and A99')).toEqual(['D99', 'A99'])
})

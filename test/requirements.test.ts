import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { missingTests, TESTS } from './support/test-titles.ts'
import { load } from './support/vectors.ts'

const DOCS = join(import.meta.dirname, '../docs')
const page = readFileSync(join(DOCS, 'requirements.md'), 'utf8')

/** An id, a priority, what is required, and behind a colon what proves it. */
const LINE = /^- \*\*(?<id>[A-Z]\d\d)\*\* \((?<priority>P[123])\) (?<what>[^:]+): (?<proof>.+)$/

interface Line {
  readonly id: string
  readonly priority: string
  readonly what: string
  readonly proof: string
}
const lines = page
  .split('\n')
  .filter((text) => text.startsWith('- '))
  .map((text) => LINE.exec(text)?.groups as unknown as Line | undefined)
const read = lines.filter((line) => line !== undefined)

const { requirements } = load(
  'requirements.json',
  z.strictObject({
    about: z.string(),
    requirements: z.array(z.strictObject({ id: z.string(), priority: z.enum(['P1', 'P2', 'P3']) })),
  }),
)

/** `` `bad-requests:ID` ``, an entry of a file below `test/vectors`. */
const VECTOR = /`(?<file>[a-z-]+):(?<id>[^`]+)`/g
const DOCUMENT = /\[[^\]]+\]\((?<file>[^)]+)\)/g
const NOT_YET = /^not yet, (?<reason>.{10,})$/

/** P1 and P2 requirements that are not met yet; the page has a reason for each. */
const OPEN: readonly string[] = []

const Entry = z.looseObject({ id: z.optional(z.string()), name: z.optional(z.string()) })

/** The names of the entries of a file of vectors. */
function entriesOf(file: string): readonly (string | undefined)[] {
  const path = join(import.meta.dirname, 'vectors', `${file}.json`)
  const members = Object.values(JSON.parse(readFileSync(path, 'utf8')) as object)
  const tables = members.filter((member) => Array.isArray(member))
  return tables.flatMap((table) =>
    table.map((entry: unknown) => {
      const { data } = Entry.safeParse(entry)
      return data?.id ?? data?.name
    }),
  )
}

/** The files, titles, vectors and pages that a proof names and that do not exist. */
function missing(proof: string): string[] {
  const tests = missingTests(proof, 'test')
  const vectors = [...proof.matchAll(VECTOR)].flatMap(({ groups: { file = '', id = '' } = {} }) =>
    entriesOf(file).includes(id) ? [] : [`${file}:${id}`],
  )
  const documents = [...proof.matchAll(DOCUMENT)]
    .map(({ groups: { file = '' } = {} }) => file)
    .filter((file) => !existsSync(join(DOCS, file)))
  return [...tests, ...vectors, ...documents]
}

/** The text of a proof without names and separators. It must be empty. */
const rest = (proof: string) =>
  [TESTS, VECTOR, DOCUMENT]
    .reduce((text, pattern) => text.replaceAll(pattern, ''), proof)
    .replaceAll(/[;,\s]/g, '')

test('every line of docs/requirements.md has the form of a requirement', () => {
  expect(lines.length).toBe(read.length)
  expect(read.length).toBeGreaterThan(0)
})

test('every requirement of the specifications has a line with its priority, in order', () => {
  expect(read.map(({ id, priority }) => ({ id, priority }))).toEqual(requirements)
})

test('no two requirements have one id, so a citation leads to one of them', () => {
  const ids = requirements.map(({ id }) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

test('a requirement that is not met yet has a reason, and is P3 or listed as open', () => {
  const open = read.filter(({ proof }) => NOT_YET.test(proof))
  expect(open.filter(({ priority }) => priority !== 'P3').map(({ id }) => id)).toEqual(OPEN)
})

describe('proofs', () => {
  test.each(read.filter(({ proof }) => !NOT_YET.test(proof)))(
    'everything that the proof of $id names exists',
    ({ proof }) => {
      expect(missing(proof)).toEqual([])
      expect(rest(proof)).toBe('')
      expect(proof).toMatch(/[`[]/)
    },
  )
})

test('every test that a table of the page names exists', () => {
  const rows = page.split('\n').filter((text) => text.startsWith('| ') && text.includes('“'))
  expect(rows.length).toBeGreaterThan(40)
  expect(rows.flatMap(missing)).toEqual([])
})

test('a file, title, vector or page that does not exist is noticed in a proof', () => {
  expect(missing('`functions/none.test.ts` “a title”')).toEqual(['functions/none.test.ts'])
  const titles =
    '`requirements.test.ts` “a file, title, vector or page that does not exist is noticed in a proof” “no such title”'
  expect(missing(titles)).toEqual(['requirements.test.ts “no such title”'])
  expect(missing('`bad-requests:code-ok`, `bad-requests:code-none`')).toEqual(['bad-requests:code-none'])
  expect(missing('[settings](settings.md), [none](none.md)')).toEqual(['none.md'])
})

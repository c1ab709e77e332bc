import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)
/** `.git` is a file with a path where the project is checked out as a worktree. */
const LEFT_OUT = ['node_modules', 'dist', 'coverage', 'package-lock.json', '.git']

const files = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (path) => LEFT_OUT.includes(path) }).filter(
    (file) => !LEFT_OUT.includes(file) && statSync(`${root}/${file}`).isFile(),
  )
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8')

const sources = files('{functions,shared,infra}/**/*.{ts,js,yml}')
const deployed = files('{functions,shared}/**/*.ts')
const tests = files('test/**/*.{ts,cjs}')

/** `file:line: text` of every line that matches. */
function grep(pattern: RegExp, among: string[]) {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
}

test('the folders that these tests read exist', () => {
  expect(deployed).toContain('shared/runtime/runtime.ts')
  expect(sources).toContain('infra/examples/authorizer/rest-api.yml')
  expect(tests).toContain('test/sources.test.ts')
})

test('a comment stands on lines of its own, above the declaration that it describes', () => {
  expect(grep(/^\s*\}\s*\/\*\*/, [...sources, ...tests])).toEqual([])
})

test('only the runtime, the settings, the log, the library for resource servers and, for signatures and retries, the lean client read time, entropy and the environment', () => {
  const readers =
    /^shared.(runtime.(log|runtime|settings)|resource-server.protected-resource|dynamodb.lean.(caller|environment))[.]ts$/
  const others = deployed.filter((file) => !readers.test(file))
  const reach =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\brandom(Bytes|UUID|Int|Fill)|Math\.random|getRandomValues|process\.env\b|hrtime/
  expect(grep(reach, others)).toEqual([])
})

test('only the start of a request, the cache, the cut-off, the taking of an alias, the reading of lists and operations of several calls read the clock', () => {
  const lines = grep(/(?<!Date\.|performance\.)\b(?:clock|now)\(\)/, deployed)
  const readers = new Set(lines.map((line) => line.split(':')[0]))
  expect([...readers].toSorted()).toEqual([
    'functions/certificate-lists/schedule.ts',
    'functions/token-management/end-tokens-of-subject.ts',
    'shared/certificate-lists/compare-notes.ts',
    'shared/certificate-lists/refresh.ts',
    'shared/certificate-lists/write-buckets.ts',
    'shared/runtime/call.ts',
    'shared/store/cache.ts',
    'shared/store/clients.ts',
    'shared/store/registry.ts',
  ])
})

test('only the authorization endpoint and the management API make a grant without a proof', () => {
  const makers = grep(/[.]createWithoutProof\(/, deployed).map((line) => line.split(':')[0])
  expect(makers.toSorted()).toEqual([
    'functions/authorization/authorize/decide.ts',
    'functions/token-management/create/decide.ts',
  ])
})

test('no source compares thumbprints itself: judge does', () => {
  const thumbprint = '(?:jkt|[tT]humbprint|[pP]roofKey)\\b'
  const comparison = new RegExp(`${thumbprint}\\)? [!=]== (?!undefined)|[!=]== [\\w.?]*${thumbprint}`, 'i')
  expect(grep(comparison, deployed)).toEqual([])
})

test('every cache of a module is bounded', () => {
  expect(grep(/^(export )?(const|let) (?!.*Readonly).*new (Map|Set)(<.*>)?\(\)/, deployed)).toEqual([])
})

// A letter in brackets keeps a pattern from matching its own line.
test('no source has a mark for later work', () => {
  expect(grep(/\b([T]ODO|[F]IXME|[X]XX)\b/, sources)).toEqual([])
})

test('no file has more than 250 lines, except for tables of data', () => {
  const grown = [...sources, ...tests].filter((file) => read(file).split('\n').length > 251)
  expect(grown.filter((file) => !/^shared.refusal.|schema/.test(file))).toEqual([])
})

test('no test is focused, skipped or planned', () => {
  expect(grep(/\.(only|skip|skipIf|runIf|todo)[(]/, tests)).toEqual([])
})

test('no file has a vague name', () => {
  const vague = /^(index|utils?|helpers?|common|misc)\.ts$/
  expect([...sources, ...tests].filter((file) => vague.test(basename(file)))).toEqual([])
})

test('no text names a path of one machine', () => {
  const texts = files('**/*', '.*', '.ci/*')
  expect(texts).toContain('.ci/run')
  expect(grep(/\/(wor[k]|roo[t]|far[m])\//, texts)).toEqual([])
})

// A workspace is resolved to its folder, which is not an address.
test('the lock file has no address of a package', () => {
  const address = /"resolved": "([a-z][a-z\d+.-]*:|\/\/)/i
  expect(grep(address, ['package-lock.json'])).toEqual([])
  for (const planted of [
    'https://registry.example/a.tgz',
    'git+ssh://git@example.com/a.git',
    'file:../a',
    '//example.com/a',
  ])
    expect(`"resolved": "${planted}"`).toMatch(address)
})

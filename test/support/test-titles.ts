import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from '../../infra/root.ts'

/** `` `path.test.ts` “a title” “another” ``. */
export const TESTS = /`(?<file>[\w./-]+\.ts)`(?<titles>(?: “[^”]+”)+)/g

/** The files and titles that a text names and that do not exist. @param folder of the project, where its paths begin */
export function missingTests(text: string, folder: string): string[] {
  return [...text.matchAll(TESTS)].flatMap(({ groups: { file = '', titles = '' } = {} }) => {
    const path = join(ROOT, folder, file)
    if (!existsSync(path)) return [file]
    const there = titlesIn(path)
    const named = [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title)
    return named.filter((title) => !there.has(title)).map((title) => `${file} “${title}”`)
  })
}

/** The titles of the files that were read. */
const TITLES = new Map<string, ReadonlySet<string>>()

/**
 * The names of the tests in a source file: the titles of tests and of their groups as they are written, those of
 * `test.each` with their placeholders, and the names that rows and entries of its tables begin with.
 */
function titlesIn(file: string): ReadonlySet<string> {
  const known = TITLES.get(file)
  if (known !== undefined) return known
  const titles = new Set<string>()
  TITLES.set(file, titles)
  const visit = (node: ts.Node): void => {
    const title = titleAt(node)
    if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return titles
}

function titleAt(node: ts.Node): ts.Node | undefined {
  if (ts.isCallExpression(node) && isOfTests(node.expression)) return node.arguments[0]
  if (ts.isPropertyAssignment(node)) return node.name
  return ts.isArrayLiteralExpression(node) ? node.elements[0] : undefined
}

/** `test`, `test.each(...)`, `describe.each(...)` and so on. */
function isOfTests(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['test', 'describe'].includes(callee.text)
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee))
    return isOfTests(callee.expression)
  return ts.isTaggedTemplateExpression(callee) && isOfTests(callee.tag)
}

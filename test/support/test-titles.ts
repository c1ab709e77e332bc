import { readFileSync } from 'node:fs'
import ts from 'typescript'

/**
 * What a test can be found by in a source file: the titles of tests and of their groups as they are written, those of
 * `test.each` with their placeholders, and the names that rows and entries of its tables begin with.
 */
export function titlesIn(file: string): ReadonlySet<string> {
  const titles = new Set<string>()
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

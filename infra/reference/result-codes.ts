import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { type Reason, REFUSALS } from '../../shared/refusal/refusal.ts'
import { endpointOf } from '../../shared/lambda/route.ts'
import { ROOT } from '../root.ts'

/**
 * Which result codes an endpoint can answer, read from the source: a refusal is named where it is thrown, and a success where
 * it is answered, so that what a route's declaration reaches names them all. Nothing is run.
 */
export interface Codes {
  readonly successes: readonly string[]
  readonly reasons: readonly Reason[]
}

const CODE = /^A[0-9]{6}$/

interface Declaration {
  readonly file: string
  readonly node: ts.Node
}

interface Module {
  readonly declarations: ReadonlyMap<string, ts.Node>
  /** Local name: where it comes from and what it is called there. */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>
}

/** All but the table of refusals itself, which has every code. */
const modules = new Map(
  globSync('{functions,shared}/**/*.ts', { cwd: ROOT, exclude: ['shared/refusal/**'] }).map(
    (file) => [file, readModule(file)] as const,
  ),
)

/** @param endpoint as routes name it @throws Error when no route has that name */
export function codesOf(endpoint: string): Codes {
  const texts = new Set<string>()
  const seen = new Set<ts.Node>()
  const open = [routeOf(endpoint)]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { file, node } = next
    if (seen.has(node)) continue
    seen.add(node)
    walk(
      node,
      (text) => texts.add(text),
      (name) => open.push(...resolve(file, name)),
    )
  }
  return {
    successes: [...texts].filter((text) => CODE.test(text)).sort(),
    reasons: Object.keys(REFUSALS).filter((name): name is Reason => texts.has(name)),
  }
}

/** The call that makes the route, or the variable that has its description. */
function routeOf(endpoint: string): Declaration {
  for (const file of modules.keys()) {
    if (!file.endsWith('/routes.ts')) continue
    const found = callNaming(endpoint, sourceOf(file))
    if (found !== undefined) return { file, node: found }
  }
  throw new Error(`no route is called ${endpoint}`)
}

function callNaming(endpoint: string, node: ts.Node): ts.Node | undefined {
  const isPath = (inside: ts.Node): boolean =>
    (ts.isStringLiteral(inside) && endpointOf(inside.text) === endpoint) ||
    (ts.forEachChild(inside, (child) => isPath(child) || undefined) ?? false)
  const isPaths = (member: ts.Node) =>
    ts.isPropertyAssignment(member) && member.name.getText() === 'paths' && isPath(member.initializer)
  const names = (argument: ts.Expression) =>
    (ts.isStringLiteral(argument) && isPath(argument)) ||
    (ts.isObjectLiteralExpression(argument) && argument.properties.some(isPaths))
  const isRoute =
    ts.isCallExpression(node) && ['route', 'probe', 'notOffered'].includes(node.expression.getText())
  if (isRoute && node.arguments.some(names)) return node
  return ts.forEachChild(node, (child) => callNaming(endpoint, child))
}

/** All texts and names of values in a declaration; types are left out. */
function walk(node: ts.Node, onText: (text: string) => void, onName: (name: string) => void): void {
  if (ts.isTypeNode(node)) return
  if (ts.isStringLiteralLike(node)) onText(node.text)
  if (ts.isIdentifier(node)) onName(node.text)
  ts.forEachChild(node, (child) => {
    const isMember = ts.isPropertyAccessExpression(node) && child === node.name
    const isKey = (ts.isPropertyAssignment(node) && child === node.name) || isRenamed(node, child)
    if (isKey && ts.isStringLiteral(child)) return
    if (!isMember && !isKey) walk(child, onText, onName)
  })
}

function isRenamed(node: ts.Node, child: ts.Node): boolean {
  return ts.isBindingElement(node) && child === node.propertyName
}

function resolve(file: string, name: string): Declaration[] {
  const known = modules.get(file)
  const node = known?.declarations.get(name)
  if (node !== undefined) return [{ file, node }]
  const imported = known?.imports.get(name)
  return imported === undefined ? [] : resolve(imported.file, imported.name)
}

function sourceOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ESNext, true)
}

function readModule(file: string): Module {
  const { statements } = sourceOf(file)
  const place = (specifier: string) => relative(ROOT, join(ROOT, dirname(file), specifier))
  const imported = statements.filter(ts.isImportDeclaration).flatMap(importedNames)
  const own = imported.filter(([, , specifier]) => specifier.startsWith('.'))
  return {
    declarations: new Map(statements.flatMap(declaredIn)),
    imports: new Map(own.map(([local, name, specifier]) => [local, { file: place(specifier), name }])),
  }
}

function declaredIn(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [[statement.name.text, statement]]
  }
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.flatMap((one) =>
    ts.isIdentifier(one.name) ? [[one.name.text, one]] : [],
  )
}

function importedNames({ importClause, moduleSpecifier }: ts.ImportDeclaration): [string, string, string][] {
  const bindings = importClause?.namedBindings
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || bindings === undefined) return []
  if (!ts.isNamedImports(bindings) || !ts.isStringLiteral(moduleSpecifier)) return []
  return bindings.elements.map(({ name, propertyName }) => [
    name.text,
    (propertyName ?? name).text,
    moduleSpecifier.text,
  ])
}

import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '../../..')

export type TableName = 'RegistryTable' | 'GrantsTable' | 'AuditTable'

/** One kind of call to DynamoDB. */
export interface StoreCall {
  readonly table: TableName
  readonly action: string
  readonly index: boolean
  /** The partitions that the call is limited to. */
  readonly limit: string | undefined
}

export interface StoreUse {
  readonly calls: readonly StoreCall[]
  readonly readsSigningKeys: boolean
  readonly readsNonceKeys: boolean
}

/** The table of each module of the store that calls a method of `Table`. */
const TABLE_OF: Readonly<Record<string, TableName>> = {
  'shared/store/grants.ts': 'GrantsTable',
  'shared/store/clients.ts': 'GrantsTable',
  'shared/store/revocations.ts': 'GrantsTable',
  'shared/store/proofs.ts': 'RegistryTable',
  'shared/store/certificates/revocations.ts': 'RegistryTable',
  'shared/store/certificates/copies.ts': 'GrantsTable',
  'shared/store/certificates/more-revoked.ts': 'GrantsTable',
  'shared/store/certificates/notes.ts': 'GrantsTable',
  'shared/store/certificates/note-lists.ts': 'GrantsTable',
  'shared/store/certificates/listed-items.ts': 'GrantsTable',
  'shared/store/certificates/renewals.ts': 'GrantsTable',
  'shared/store/certificates/ending.ts': 'GrantsTable',
  'shared/store/registry.ts': 'RegistryTable',
  'shared/store/records.ts': 'RegistryTable',
  'shared/store/lists/buckets.ts': 'RegistryTable',
  'shared/store/audit/audit-log.ts': 'AuditTable',
  // It reads the registry as well, which every function may.
  'shared/store/audit/settle.ts': 'GrantsTable',
}

const ACTION_OF: Readonly<Record<string, string>> = {
  get: 'dynamodb:GetItem',
  batchGet: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
}

/** The methods of the store that write only to certain partitions of the registry. A frequent name stands behind its file. */
const PARTITIONS: ReadonlyMap<string, string> = new Map([
  ['useAssertion', 'jti#*'],
  ['useProof', 'dpop#*'],
  ['changeSource', 'lists'],
  ['writeBucket', 'listed#*'],
  ['shared/store/certificates/revocations.ts #change', 'certificate#*'],
])

const TABLE_FILE = 'shared/store/table.ts'
/** It changes items of the table of its caller. */
const EITHER_TABLE = 'shared/store/certificates/change-item.ts'
/** Every route mentions it, and only some have operations. Those are known by their access (shared/lambda/route.ts). */
const OPERATION_FILE = 'shared/store/audit/operation.ts'

interface Step {
  readonly node: ts.Node
  /** Whether a module of the store calls its table. */
  readonly call?: Omit<StoreCall, 'action'>
  readonly limit: string | undefined
  /** The table of the caller of a module that changes items of either table. */
  readonly table?: TableName | undefined
}

/**
 * The calls to DynamoDB that functions can make, found in their sources with the type checker: from a handler through everything that it mentions to the calls in shared/store/table.ts. It skips `openStore` and the classes of the
 * store, whose methods count where they are used.
 */
export function storeUses(names: readonly string[]): ReadonlyMap<string, StoreUse> {
  const handlers = names.map((name) => join(ROOT, `functions/${name}/handler.ts`))
  const options = compilerOptions()
  const program = ts.createProgram(handlers, options, withoutPackages(options))
  const checker = program.getTypeChecker()
  return new Map(
    names.map((name, index) => {
      const source = program.getSourceFile(handlers[index] ?? '')
      if (source === undefined) throw new Error(`no handler of ${name}`)
      return [name, useFrom(source, checker)]
    }),
  )
}

function compilerOptions(): ts.CompilerOptions {
  const file: { config?: unknown } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  )
  return { ...ts.parseJsonConfigFileContent(file.config, ts.sys, ROOT).options, types: [] }
}

/** Resolves only our own modules, because declarations of packages take most of the time and contain no call of the store. */
function withoutPackages(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) =>
      text.startsWith('.')
        ? ts.resolveModuleName(text, containingFile, options, host)
        : { resolvedModule: undefined },
    )
  return host
}

function useFrom(source: ts.SourceFile, checker: ts.TypeChecker): StoreUse {
  const calls = new Map<string, StoreCall>()
  let readsSigningKeys = false
  let readsNonceKeys = false
  const seen = new Set<string>()
  const waiting: Step[] = [{ node: source, limit: undefined }]

  function visit(node: ts.Node, step: Step): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) mention(node, step)
    ts.forEachChild(node, (child) => {
      // A named inner function counts where it is mentioned, an anonymous one where it is written.
      if (!ts.isFunctionDeclaration(child) || ts.isSourceFile(node)) visit(child, step)
    })
  }

  function mention(name: ts.MemberName, step: Step): void {
    const { call } = step
    const action = isCallOfDynamoDb(name) ? ACTION_OF[name.text] : undefined
    if (action !== undefined && call !== undefined) {
      const found = { ...call, action }
      calls.set(JSON.stringify(found), found)
    }
    if (name.text === 'findSigningKey') readsSigningKeys = true
    if (name.text === 'findNonceKey') readsNonceKeys = true
    for (const declaration of declarationsOf(name, checker)) follow(name, declaration, step)
  }

  function follow(name: ts.MemberName, declaration: ts.Node, step: Step): void {
    const [from, to] = [fileOf(name), fileOf(declaration)]
    if (!/^(functions|shared)\//.test(to) || opensStore(declaration) || to === OPERATION_FILE) return
    const limit = step.limit ?? PARTITIONS.get(name.text) ?? PARTITIONS.get(`${to} ${name.text}`)
    if (to !== TABLE_FILE || from === TABLE_FILE) {
      const ofCaller = to === EITHER_TABLE ? (TABLE_OF[from] ?? step.table) : undefined
      go({ ...step, node: declaration, limit, table: ofCaller })
      return
    }
    const table = TABLE_OF[from] ?? step.table
    if (table === undefined) throw new Error(`which table does ${from} call?`)
    go({ node: declaration, call: { table, index: name.text.startsWith('queryIndex'), limit }, limit })
  }

  function go(step: Step): void {
    const key = `${fileOf(step.node)}:${String(step.node.pos)} ${JSON.stringify([step.call ?? step.limit, step.table])}`
    if (seen.has(key)) return
    seen.add(key)
    waiting.push(step)
  }

  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) visit(step.node, step)
  return { calls: [...calls.values()], readsSigningKeys, readsNonceKeys }
}

function isCallOfDynamoDb({ parent }: ts.MemberName): boolean {
  if (!ts.isPropertyAccessExpression(parent) || !ts.isPropertyAccessExpression(parent.expression))
    return false
  return parent.expression.name.text === '#dynamodb'
}

/** The declaration of a name: a function, a constant, or a member of an object. */
function declarationsOf(name: ts.MemberName, checker: ts.TypeChecker): ts.Node[] {
  const shorthand = ts.isShorthandPropertyAssignment(name.parent)
  const symbol = shorthand
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name)
  if (symbol === undefined) return []
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
  const { declarations = [] } = isAlias ? checker.getAliasedSymbol(symbol) : symbol
  return declarations.filter((declaration) => VALUES.some((isValue) => isValue(declaration)))
}

const VALUES = [
  ts.isFunctionDeclaration,
  ts.isVariableDeclaration,
  ts.isPropertyAssignment,
  ts.isShorthandPropertyAssignment,
  ts.isMethodDeclaration,
  ts.isClassDeclaration,
]

function opensStore(declaration: ts.Node): boolean {
  if (!fileOf(declaration).startsWith('shared/store/')) return false
  if (ts.isClassDeclaration(declaration)) return true
  return (
    ts.isFunctionDeclaration(declaration) && ['openStore', 'openAudit'].includes(declaration.name?.text ?? '')
  )
}

function fileOf(node: ts.Node): string {
  const { fileName } = node.getSourceFile()
  return join(relative(ROOT, dirname(fileName)), fileName.slice(dirname(fileName).length + 1))
}

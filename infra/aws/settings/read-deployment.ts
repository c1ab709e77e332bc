import { readFile } from 'node:fs/promises'
import {
  findNodeAtLocation,
  type JSONVisitor,
  type Node,
  parse,
  parseTree,
  printParseErrorCode,
  visit,
} from 'jsonc-parser'
import type * as z from 'zod/mini'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { problemsOfSettings } from './secure-settings.ts'
import { certificateArns, type DeploymentSettings, ManagedSettings, Settings } from './settings.ts'

/** The options of the parser. Comments are always allowed. */
const JSONC = { allowTrailingComma: true }

/** An error in the file. */
interface Fault {
  readonly path: readonly (string | number)[]
  readonly what: string
  readonly remedy?: string
}

/**
 * Reads the settings, and checks the service and the clients with the rules of the management API. It does not call AWS.
 *
 * @throws Complaint with the line and the remedy of each error in the file
 */
export async function readDeployment(file: string, now = new Date()): Promise<DeploymentSettings> {
  const content = await contentOf(file)
  const [first] = syntaxErrors(content)
  if (first !== undefined) throw new Complaint(`${file}, line ${first}`)
  const config: unknown = parse(content, [], JSONC)
  const { data, error } = Settings.safeParse(config)
  const own = data === undefined ? error.issues.flatMap((it) => inWords(it, config)) : contradictions(data)
  const managed = ManagedSettings.safeParse(config).data
  const faults: readonly Fault[] = [...own, ...(managed ? await problemsOfSettings(managed, now) : [])]
  if (data === undefined || faults.length > 0) throw new Complaint(complaintLines(file, content, faults))
  return data
}

function complaintLines(file: string, content: string, faults: readonly Fault[]): string {
  const tree = parseTree(content, [], JSONC)
  const found = faults.map((fault) => ({ ...fault, line: lineOf(content, tree, fault.path) }))
  const lines = found
    .toSorted((a, b) => a.line - b.line)
    .map(
      ({ line, what, remedy }) =>
        `${file}, line ${line}: ${what}${remedy === undefined ? '' : `\n  -> ${remedy}`}`,
    )
  return lines.join('\n')
}

/** The line of a value, or of the object in which it is missing. */
function lineOf(content: string, tree: Node | undefined, path: Fault['path']): number {
  const node = tree && findNodeAtLocation(tree, [...path])
  if (node === undefined && path.length > 0) return lineOf(content, tree, path.slice(0, -1))
  return content.slice(0, node?.offset).split('\n').length
}

async function contentOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const hint = 'copy certbound.example.jsonc and fill it in, or set another file with --settings'
    const why = code === 'ENOENT' ? `does not exist: ${hint}` : `cannot be read: ${message}`
    throw new Complaint(`${file} ${why}`, { cause: error })
  }
}

/** The syntax errors, as `line: problem`. Duplicate members are errors, because the parser would silently use the last one. */
function syntaxErrors(content: string): string[] {
  const errors: string[] = []
  const objects: Set<string>[] = []
  const visitor: JSONVisitor = {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty: (name, _offset, _length, line) => {
      if (objects.at(-1)?.has(name) === true) errors.push(`${line + 1}: ${name} is a duplicate`)
      objects.at(-1)?.add(name)
    },
    onError: (code, _offset, _length, line) => {
      const words = printParseErrorCode(code).replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
      errors.push(`${line + 1}: not JSON (${words.toLowerCase()})`)
    },
  }
  visit(content, visitor, JSONC)
  return errors
}

function inWords(issue: z.core.$ZodIssue, config: unknown): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  const name = path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((key) => [...path, key])
    return unknown.map((each) => ({ path: each, what: `${each.join('.')} is not a setting` }))
  }
  const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config)
  if (value === undefined) return [{ path, what: `${name} is missing` }]
  return [{ path, what: `${name || 'the file'} ${ruleOf(issue)}` }]
}

/**
 * The message of an issue: our own text, which begins with `must`, or a text for zod's rules about types and values. zod's own texts
 * depend on its locale.
 */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  const hasOwnWords = issue.code !== 'invalid_type' || issue.message.startsWith('must ')
  return hasOwnWords ? issue.message : `must be of type ${issue.expected}`
}

/** Rules over several settings. */
function contradictions(settings: DeploymentSettings): Fault[] {
  const { region, mtlsDomain, plainDomain, clients, tables, concurrency } = settings
  const functions = functionNames()
  const unknown = Object.keys(concurrency).filter((name) => !functions.includes(name))
  const elsewhere = Object.entries(certificateArns(settings)).filter(
    ([, arn]) => arn.split(':')[3] !== region,
  )
  const fault = (name: string, rule: string): Fault => ({ path: name.split('.'), what: `${name} ${rule}` })
  const named = Object.entries(tables ?? {}).map(([kind, table]) => ({ kind, table }))
  const aliases = clients.map(({ clientIdAlias }) => clientIdAlias)
  const sources = settings.crl?.sources.map(({ name }) => name) ?? []
  return [
    ...elsewhere.map(([name]) =>
      fault(name, `must be in the Region ${region}, because the domains are Regional`),
    ),
    ...Object.entries({ mtlsDomain, plainDomain }).flatMap(([name, domain]) =>
      domain.certificateArn === undefined && domain.hostedZoneId === undefined
        ? [
            fault(
              name,
              'must have a certificateArn, or a hostedZoneId with which the deployment makes a certificate',
            ),
          ]
        : [],
    ),
    ...(mtlsDomain.name === plainDomain.name
      ? [fault('mtlsDomain.name', 'and plainDomain.name must differ')]
      : []),
    ...named.flatMap(({ kind, table }, i) =>
      named
        .slice(0, i)
        .filter((earlier) => earlier.table === table)
        .map((earlier) => fault(`tables.${earlier.kind}`, `and tables.${kind} must differ`)),
    ),
    ...unknown.map((name) =>
      fault(`concurrency.${name}`, `is not a function; the functions are ${functions.join(', ')}`),
    ),
    ...sources.flatMap((name, i) =>
      sources.indexOf(name) < i
        ? [{ path: ['crl', 'sources', i], what: `crl.sources: two sources have the same name, ${name}` }]
        : [],
    ),
    ...aliases.flatMap((alias, i) =>
      aliases.indexOf(alias) < i
        ? [{ path: ['clients', i], what: `clients: two clients have the same clientIdAlias, ${alias}` }]
        : [],
    ),
  ]
}

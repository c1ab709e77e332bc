import { readFile } from 'node:fs/promises'
import { type JSONVisitor, parse, printParseErrorCode, visit } from 'jsonc-parser'
import type * as z from 'zod/mini'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { certificateArns, type DeploymentSettings, Settings } from './settings.ts'

/** Comments are always allowed. */
const JSONC = { allowTrailingComma: true }

/** @throws Complaint with everything that is wrong with the file: a line for each setting */
export async function readDeployment(file: string): Promise<DeploymentSettings> {
  const content = await contentOf(file)
  const [first] = syntaxErrors(content)
  if (first !== undefined) throw new Complaint(`${file}, line ${first}`)
  const config: unknown = parse(content, [], JSONC)
  const { data, error } = Settings.safeParse(config)
  const wrong = data === undefined ? error.issues.flatMap((it) => inWords(it, config)) : contradictions(data)
  if (data === undefined || wrong.length > 0) {
    throw new Complaint(wrong.map((line) => `${file}: ${line}`).join('\n'))
  }
  return data
}

async function contentOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const hint = 'copy certbound.example.jsonc and fill it in, or name another file with --settings'
    const why = code === 'ENOENT' ? `does not exist: ${hint}` : `cannot be read: ${message}`
    throw new Complaint(`${file} ${why}`, { cause: error })
  }
}

/** Each as `line: problem`. If two members have one name, the parser would silently take the last. */
function syntaxErrors(content: string): string[] {
  const errors: string[] = []
  const objects: Set<string>[] = []
  const visitor: JSONVisitor = {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty: (name, _offset, _length, line) => {
      if (objects.at(-1)?.has(name) === true) errors.push(`${line + 1}: ${name} is there twice`)
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

function inWords(issue: z.core.$ZodIssue, config: unknown): string[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...path, key].join('.')} is not a setting`)
  }
  const value = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config)
  if (value === undefined) return [`${path.join('.')} is missing`]
  return [`${path.join('.') || 'the file'} ${ruleOf(issue)}`]
}

/**
 * Our own words, which begin with `must`, or zod's rule in words where a type or a value has none. zod's text depends on its
 * locale.
 */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  const hasOwnWords = issue.code !== 'invalid_type' || issue.message.startsWith('must ')
  return hasOwnWords ? issue.message : `must be of type ${issue.expected}`
}

/** Rules over several settings. */
function contradictions(settings: DeploymentSettings): string[] {
  const { region, mtlsDomain, plainDomain, clients, tables, concurrency } = settings
  const functions = functionNames()
  const unknown = Object.keys(concurrency).filter((name) => !functions.includes(name))
  const elsewhere = Object.entries(certificateArns(settings)).filter(
    ([, arn]) => arn.split(':')[3] !== region,
  )
  const isOneTable = tables !== undefined && tables.registry === tables.grants
  const aliases = clients.map(({ clientIdAlias }) => clientIdAlias)
  return [
    ...elsewhere.map(([name]) => `${name} must be of the Region ${region}, as the domains are Regional`),
    ...(mtlsDomain.name === plainDomain.name ? ['mtlsDomain.name and plainDomain.name must differ'] : []),
    ...(isOneTable ? ['tables.registry and tables.grants must differ'] : []),
    ...unknown.map((name) => `concurrency.${name} is not a function: there are ${functions.join(', ')}`),
    ...(new Set(aliases).size < aliases.length ? ['clients: two clients have the same clientIdAlias'] : []),
  ]
}

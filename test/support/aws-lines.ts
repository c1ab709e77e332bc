import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PYTHON } from './moto.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * The lines of the AWS command line in a chapter of a page.
 *
 * @param names what stands in place of the names of the page
 */
export function awsLines(page: string, chapter: string, names: Readonly<Record<string, string>>): string[] {
  const content = readFileSync(join(ROOT, page), 'utf8')
  const [, found = ''] = content.split(`# ${chapter}\n`)
  const [own = ''] = found.split(/^##+ /m)
  const lines = own.replaceAll('\\\n', ' ').matchAll(/^ *(aws .*)$/gm)
  const named = (line: string) =>
    Object.entries(names).reduce((all, [from, to]) => all.replaceAll(from, to), line)
  return [...lines].map(([, line = '']) => named(line))
}

/** Runs lines of the AWS command line in an account. @throws Error with the message of the first that fails */
export async function runAws(lines: readonly string[], environment: NodeJS.ProcessEnv): Promise<unknown[]> {
  const env = { PATH: process.env['PATH'], AWS_DEFAULT_REGION: environment['AWS_REGION'], ...environment }
  const child = spawn(PYTHON, [join(import.meta.dirname, 'aws-lines.py')], { env })
  child.stdin.end(lines.join('\n'))
  const [answers, complaint] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (complaint !== '') throw new Error(complaint)
  return answers
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

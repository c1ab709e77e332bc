import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** The part of the output of `npm audit --json` and `npm audit signatures --json` that this file reads. */
interface Printed {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>
  readonly invalid?: readonly Named[]
  readonly missing?: readonly Named[]
  readonly error?: { readonly summary?: string; readonly code?: string }
  /** The registry sends it with an answer that is not the expected one. */
  readonly message?: string
}

interface Named {
  readonly name: string
  readonly version: string
}

/** One question to the registry, with a reader of its answer. */
export interface Question {
  readonly name: string
  readonly args: readonly string[]
  /** Lists the faults that the answer reports; `undefined` if it does not answer the question. */
  readonly read: (printed: Printed) => readonly string[] | undefined
}

export const QUESTIONS: readonly Question[] = [
  {
    name: 'known vulnerabilities',
    args: ['audit', '--json'],
    read: ({ vulnerabilities }) =>
      vulnerabilities &&
      Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${name} ${range}: ${severity}`),
  },
  {
    name: 'signatures',
    args: ['audit', 'signatures', '--json'],
    read: ({ invalid, missing }) =>
      invalid &&
      missing && [
        ...invalid.map((each) => `${labelOf(each)}: the signature is wrong`),
        ...missing.map((each) => `${labelOf(each)}: the registry signs its packages, but not this one`),
      ],
  },
]

const labelOf = ({ name, version }: Named) => `${name}@${version}`

/** @returns the lines to print, and whether the question has an answer in which nothing is wrong */
export function judge(
  { name, read }: Question,
  stdout: string,
): { readonly lines: string[]; readonly right: boolean } {
  const printed = parse(stdout)
  const wrong = printed && read(printed)
  if (wrong === undefined) {
    const reason = printed?.message ?? printed?.error?.summary ?? printed?.error?.code ?? 'npm gave no reason'
    return {
      lines: [`${name}: not checked. The registry, or its keys, did not answer: ${reason}`],
      right: false,
    }
  }
  if (wrong.length === 0) return { lines: [`${name}: nothing is wrong`], right: true }
  return { lines: [`${name}: ${wrong.length} wrong`, ...wrong.map((each) => `  ${each}`)], right: false }
}

function parse(stdout: string): Printed | undefined {
  try {
    return JSON.parse(stdout) as Printed
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function ask(question: Question): Promise<void> {
  const npm = spawn('npm', question.args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  })
  const [stdout] = await Promise.all([text(npm.stdout), once(npm, 'close')])
  const { lines, right } = judge(question, stdout)
  for (const line of lines) console.log(line)
  if (!right) process.exitCode = 1
}

if (import.meta.main) for (const question of QUESTIONS) await ask(question)

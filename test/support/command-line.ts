import { vi } from 'vitest'
import type { main } from '../../infra/certbound.ts'
import { watch } from './secrets/taps.ts'

/** The exit code of a command, and its output. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  /** Variables that are set, or with `undefined` unset, while the command runs. */
  readonly env?: NodeJS.ProcessEnv
  /** The line that is typed when the command asks; without it standard input has ended. */
  readonly answer?: string
  /** The lines that are typed, if the command asks several times. */
  readonly answers?: readonly string[]
  /** Aborted when the process must end. */
  readonly stop?: AbortSignal
}

/** They show their user new secrets, or the answer to a call, on purpose. */
const SHOW_SECRETS = ['start', 'demo', 'invoke', 'provision', 'restore']

/** Runs a command of certbound in this process, as `certbound` does from a terminal. */
export async function runCommand(
  run: typeof main,
  argv: readonly string[],
  { env = {}, answer, answers = [], stop = new AbortController().signal }: Surroundings = {},
): Promise<Ran> {
  const typed = [...answers]
  const printed = { stdout: '', stderr: '' }
  const io = {
    out: (line: string) => void (printed.stdout += `${line}\n`),
    err: (line: string) => void (printed.stderr += `${line}\n`),
    ask: () => Promise.resolve(typed.shift() ?? answer),
    env: process.env,
    stop,
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  try {
    return { code: await run(argv, io), ...printed }
  } finally {
    const [command = ''] = argv
    const output = printed.stdout + printed.stderr
    if (!SHOW_SECRETS.includes(command)) watch.wrote(`the output of certbound ${command}`, output)
    vi.unstubAllEnvs()
  }
}

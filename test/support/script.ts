import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Node keeps there what it has compiled: scripts start in half the time. */
const COMPILED = resolve(ROOT, '.cache/compiled')

/** The watch for secrets in the process of the script. */
const WATCH = new URL('secrets/own-process.ts', import.meta.url).href

export interface Script {
  readonly process: ChildProcess
  /** Everything printed so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when `text` has been printed; rejects when the script ends before. */
  readonly printed: (text: string) => Promise<void>
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/**
 * Runs a script of the project as npm does: on this Node, in the project's root by default.
 *
 * @param input its standard input; empty by default
 */
export function runScript(
  file: string,
  parameters: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
  input = '',
): Script {
  const child = spawn(process.execPath, ['--import', WATCH, resolve(ROOT, file), ...parameters], {
    cwd,
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env },
  })
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  // A failing test leaves its script behind. It ends with the tests at the latest.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'close').then(() => {
    process.off('exit', kill)
    return child.exitCode
  })
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve()
      }
      child.stdout.on('data', look)
      child.once('close', () => reject(new Error(`ended without printing ${text}: ${stderr}`)))
      look()
    })
  return { process: child, stdout: () => stdout, stderr: () => stderr, printed, ended }
}

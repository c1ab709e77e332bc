import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

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

/** Runs a script of the project as npm does: on this Node, from the project's root unless another folder is named. */
export function runScript(
  file: string,
  parameters: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
): Script {
  const child = spawn(process.execPath, [join(ROOT, file), ...parameters], {
    cwd,
    env: { ...process.env, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  // A test that fails leaves its script behind: it ends with the tests at the latest.
  process.once('exit', () => child.kill('SIGKILL'))
  const ended = once(child, 'close').then(() => child.exitCode)
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

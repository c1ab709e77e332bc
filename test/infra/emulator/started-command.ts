import { onTestFinished } from 'vitest'
import { main } from '../../../infra/certbound.ts'

/** The options of `npm start` that name a port. */
export const PORT_OPTIONS = [
  '--mtls-port',
  '--plain-port',
  '--api-port',
  '--front-end-port',
  '--front-end-tls-port',
  '--front-end-mtls-port',
  '--resource-port',
  '--library-port',
  '--console-port',
]
/** Each takes a free port. */
export const FREE_PORTS = PORT_OPTIONS.flatMap((option) => [option, '0'])

/** A command of certbound in this process. It is stopped when the test ends at the latest. */
export interface Started {
  /** Everything printed so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when `text` has been printed; rejects when the command ends before. */
  readonly printed: (text: string) => Promise<void>
  /** The exit code. */
  readonly ended: Promise<number>
  /** Does what Ctrl-C does, and gives the exit code. */
  readonly stop: () => Promise<number>
}

/** Starts a command as `certbound` does from a terminal. */
export function startCommand(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Started {
  const stopping = new AbortController()
  const printed = { stdout: '', stderr: '' }
  let look = (): void => undefined
  const ended = main(argv, {
    out: (line) => {
      printed.stdout += `${line}\n`
      look()
    },
    err: (line) => (printed.stderr += `${line}\n`),
    ask: () => Promise.resolve(undefined),
    env,
    stop: stopping.signal,
  })
  const stop = () => {
    stopping.abort()
    return ended
  }
  onTestFinished(() => stop().then(() => undefined))
  return {
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    printed: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (printed.stdout.includes(text)) resolve()
        }
        look()
        void ended.then(() => reject(new Error(`ended without printing ${text}: ${printed.stderr}`)))
      }),
    ended,
    stop,
  }
}

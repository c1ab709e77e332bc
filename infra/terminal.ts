import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Io } from './command.ts'

let stopping: AbortController | undefined

/** The terminal of this process. */
export const TERMINAL: Io = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  ask,
  env: process.env,
  get stop() {
    stopping ??= abortedBySignals()
    return stopping.signal
  },
}

/** Prints the question on standard error, because a program may read standard output. */
async function ask(question: string, isSecret = false): Promise<string | undefined> {
  process.stderr.write(question)
  const isHidden = isSecret && process.stdin.isTTY
  // Readline echoes the input only on its output.
  const hidden = isHidden ? { output: new Writable({ write: (_, __, done) => done() }), terminal: true } : {}
  const signal = stopping === undefined ? {} : { signal: stopping.signal }
  const lines = createInterface({ input: process.stdin, ...hidden, ...signal })
  for await (const line of lines) {
    lines.close()
    if (isHidden) process.stderr.write('\n')
    return line
  }
  return undefined
}

/** npm and the terminal both forward Ctrl-C, so a signal may arrive twice. */
function abortedBySignals(): AbortController {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort())
  return controller
}

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

/** The question goes to standard error: standard output may be read by a program. */
async function ask(question: string, isSecret = false): Promise<string | undefined> {
  process.stderr.write(question)
  const isHidden = isSecret && process.stdin.isTTY
  // Readline shows what is typed on its output, and nowhere else.
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

/** npm and the terminal both pass Ctrl-C on, so a signal may come twice. */
function abortedBySignals(): AbortController {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort())
  return controller
}

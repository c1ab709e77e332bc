import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { Settings } from '../../shared/runtime/settings.ts'
import { fixedRuntime } from './fixed-runtime.ts'
import { eventFor, gateway, type Received, type Sent } from './gateway.ts'
import { exchangeOf } from './secrets/events.ts'
import { observe } from './secrets/exchange.ts'
import { watch } from './secrets/taps.ts'

interface Start {
  readonly settings: Settings
  readonly endpoint: string
}

/** One line to the process: its clock, then a request; the answer is one line as well. */
interface Line {
  readonly now: EpochSeconds
  readonly sent: Sent
}

interface Answer {
  readonly received: Received
  /** The leaks that its own watch for secrets has found. */
  readonly leaks: readonly string[]
}

export interface OtherProcess {
  readonly send: (sent: Sent, now: EpochSeconds) => Promise<Received>
  /** Sends SIGKILL: the process never finishes its work, and `send` fails. */
  readonly kill: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Another process of the same deployment, with a runtime and a registry cache of its own over the same tables. It
 * answers one request after the other.
 */
export function startOtherProcess(settings: Settings, endpoint: string): OtherProcess {
  const start: Start = { settings, endpoint }
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(start)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    send: async (sent, now) => {
      child.stdin.write(`${JSON.stringify({ now, sent } satisfies Line)}\n`)
      const answer = await answers.next()
      if (answer.done === true) throw new Error('the other process has ended')
      const { received, leaks } = JSON.parse(answer.value) as Answer
      if (leaks.length > 0) throw new Error(leaks.join('\n'))
      // The tables are in this process.
      observe(watch, exchangeOf(eventFor(sent, '2.0'), received.text))
      return received
    },
    kill: async () => {
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
    },
    close: async () => {
      const ended = once(child, 'close')
      child.stdin.end()
      await ended
    },
  }
}

async function answerLines({ settings, endpoint }: Start): Promise<void> {
  const runtime = await fixedRuntime(settings, { endpoint, close: () => Promise.resolve() })
  const send = gateway(runtime)
  for await (const line of createInterface({ input: process.stdin })) {
    const { now, sent } = JSON.parse(line) as Line
    runtime.clock.now = now
    const received = await send(sent)
    console.log(JSON.stringify({ received, leaks: watch.taken() } satisfies Answer))
  }
  await runtime.close()
}

if (import.meta.main) await answerLines(JSON.parse(process.argv[2] ?? '') as Start)

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Measured } from './measured.ts'

export interface MeasuredProcess<Ready> {
  readonly ready: Ready
  readonly measure: () => Promise<Measured>
  readonly close: () => Promise<void>
}

/**
 * Starts a program of this folder that calls `answerMeasurements`.
 *
 * @param onLog gets each line of the log
 * @param onError gets each line on standard error, where only failures go
 */
export async function startMeasured<Ready>(
  program: string,
  argument: object,
  onLog: (line: string) => void,
  onError: (line: string) => void,
): Promise<MeasuredProcess<Ready>> {
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--expose-gc'],
  })
  if (child.stdout === null || child.stderr === null) throw new Error(`${program} has no output`)
  createInterface({ input: child.stdout }).on('line', onLog)
  createInterface({ input: child.stderr }).on('line', onError)
  const exited = once(child, 'exit')
  const next = async () => {
    const ended = exited.then(([code]) => {
      throw new Error(`${program} has ended with the exit code ${String(code)}`)
    })
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    return message
  }
  return {
    ready: (await next()) as Ready,
    measure: async () => {
      const measured = next()
      child.send('measure')
      return (await measured) as Measured
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A program of this folder that runs in its own process, so that its CPU time can be measured. */
export interface Child<Ready> {
  /** The program's report. */
  readonly ready: Ready
  /** The CPU time that it has used (user and system) in microseconds. */
  readonly cpuMicroseconds: () => Promise<number>
  readonly close: () => Promise<void>
}

/**
 * Starts a program that calls `report`. Its standard output contains log lines and is dropped.
 *
 * @param variables environment variables besides those of this process
 * @throws Error if the program ends before it is ready
 */
export async function startChild<Ready>(
  program: string,
  argument: object,
  variables: Readonly<Record<string, string>> = {},
): Promise<Child<Ready>> {
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(argument)], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const answer = async () => {
    const ending = ended.then(() => {
      throw new Error(`${program} has ended`)
    })
    const [message] = (await Promise.race([once(child, 'message'), ending])) as [unknown]
    return message
  }
  return {
    ready: (await answer()) as Ready,
    cpuMicroseconds: async () => {
      child.send('cpu')
      return (await answer()) as number
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** The part of the child: it reports that it is ready, answers with its CPU time, and ends if the parent disconnects. */
export function report(ready: object): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.once('disconnect', () => process.exit())
  process.send?.(ready)
}

/** The argument that the parent gave to `startChild`. */
export function argument(): unknown {
  return JSON.parse(process.argv[2] ?? '{}')
}

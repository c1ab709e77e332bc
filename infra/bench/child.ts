import { fork } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program of this folder that runs in a process of its own, so that its CPU time is its own. */
export interface Child<Ready> {
  /** What it said once it was ready. */
  readonly ready: Ready
  /** CPU time that it has used, in microseconds, user and system. */
  readonly cpuMicroseconds: () => Promise<number>
  readonly close: () => Promise<void>
}

/**
 * Starts a program that calls `report`. Its standard output goes nowhere: it logs there as a function does.
 *
 * @throws Error when the program ends before it is ready
 */
export async function startChild<Ready>(program: URL, argument: object): Promise<Child<Ready>> {
  const file = fileURLToPath(program)
  const child = fork(file, [JSON.stringify(argument)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const answer = async () => {
    const ending = ended.then(() => {
      throw new Error(`${basename(file)} has ended`)
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

/** The child's side: says that it is ready, tells its CPU time when it is asked, ends when the parent lets go. */
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

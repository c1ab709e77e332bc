import { atCall, cut, type Fate, fromCall, type Passing } from '../support/cutting-proxy.ts'
import type { Random } from '../support/random.ts'
import { ALL, FAULTS, isWrite, late, PASSING_FAULTS } from './fault-list.ts'

/** A fault between a process and its store during one request. */
export interface Fault {
  readonly fate: Fate
  /** The process is killed, so that nobody hears its answer. */
  readonly isKilled?: boolean
  /** The client of the store sends the call again, so that the request must succeed. */
  readonly isPassing?: boolean
  /** Lets the write that is late arrive. */
  readonly release?: () => Promise<void>
}

/** Makes one request and its next steps, with a fault if there is one. @returns the calls of the store that it made */
export type Meet = (fault?: Fault) => Promise<readonly Passing[]>

/** One request, with faults at the calls of the store that it makes. */
export async function tryFaults(meet: Meet, random: Random): Promise<void> {
  const some = <T>(all: readonly T[]) => (ALL ? all : [random.pick(all)])
  const calls = await meet()
  const writes = calls.flatMap((call, index) => (isWrite(call) ? [index] : []))
  // Between two writes a process does the same wherever it is killed, and before the first of them nothing.
  const killedAfter = ALL ? [...calls.keys(), calls.length] : writes.map((index) => index + 1)
  for (const done of killedAfter) {
    await named(`killed after ${done} calls`, meet, { fate: fromCall(done + 1, cut), isKilled: true })
  }
  // A write is hit more often than a read.
  const isWriteHit = !ALL && writes.length > 0 && random.int(3) > 0
  for (const index of calls.length === 0 ? [] : some(isWriteHit ? writes : [...calls.keys()])) {
    const { operation } = calls[index] as Passing
    for (const [what, fault] of some(faultsAt(index + 1, operation))) {
      await named(`call ${index + 1}, ${operation}, ${what}`, meet, fault())
    }
  }
  for (const index of writes) {
    const { fate, release } = late()
    await named(`call ${index + 1} arrives late`, meet, { fate: atCall(index + 1, fate), release })
  }
}

/** The faults that can hit a call, by name. */
function faultsAt(nth: number, operation: string) {
  const all = (faults: Readonly<Record<string, () => Fate>>, isPassing: boolean) =>
    Object.entries(faults).map(([what, fate]) => {
      return [what, (): Fault => ({ fate: atCall(nth, fate()), isPassing })] as const
    })
  return [...all(FAULTS, false), ...all(PASSING_FAULTS, true)].filter(
    ([what]) => !what.includes('keys') || operation === 'BatchGetItem',
  )
}

/** Names the fault in the message of a failure. */
async function named(name: string, meet: Meet, fault: Fault): Promise<void> {
  try {
    await meet(fault)
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`
    throw error
  }
}

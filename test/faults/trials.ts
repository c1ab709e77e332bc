import { atCall, cut, type Fate, fromCall, type Passing } from '../support/cutting-proxy.ts'
import type { Random } from '../support/random.ts'
import { ALL, effectsOn, FEW, isWrite, late } from './fault-list.ts'

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

/**
 * One request, with faults at the calls of the store that it makes: the process is killed after writes, writes arrive late, and calls
 * fail or are repeated.
 *
 * @returns the number of its writes
 */
export async function tryFaults(meet: Meet, random: Random): Promise<number> {
  const calls = await meet()
  const writes = calls.flatMap((call, index) => (isWrite(call) ? [index] : []))
  // Between two writes a process does the same wherever it is killed, and before the first of them nothing.
  const some = (indexes: readonly number[]) => (FEW && indexes.length > 0 ? [random.pick(indexes)] : indexes)
  for (const index of some(writes)) {
    const fate = fromCall(index + 2, cut)
    await named(`killed after ${index + 1} calls`, meet, { fate, isKilled: true })
  }
  for (const index of hitCalls(calls, writes, random)) {
    const call = calls[index] as Passing
    const effects = effectsOn(call)
    for (const { faults, isPassing } of ALL ? effects : [random.pick(effects)]) {
      const [what, fate] = random.pick(Object.entries(faults))
      const fault = { fate: atCall(index + 1, fate()), isPassing }
      await named(`call ${index + 1}, ${call.operation}, ${what}`, meet, fault)
    }
  }
  for (const index of some(writes)) {
    const { fate, release } = late()
    await named(`call ${index + 1} arrives late`, meet, { fate: atCall(index + 1, fate), release })
  }
  return writes.length
}

/** All calls, or one of them, more often a write than a read. */
function hitCalls(calls: readonly Passing[], writes: readonly number[], random: Random): readonly number[] {
  const all = [...calls.keys()]
  if (ALL || all.length === 0) return all
  const isWriteHit = writes.length > 0 && random.int(3) > 0
  return [random.pick(isWriteHit ? writes : all)]
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

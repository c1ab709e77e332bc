import { expect } from 'vitest'
import { outcome } from '../support/answers.ts'
import { atCall, callsOf, cut, type Fate, fromCall, pass, type Passing } from '../support/cutting-proxy.ts'
import type { Received } from '../support/gateway.ts'
import { ALL, FAULTS, isWrite, late, noting, PASSING_FAULTS } from './fault-list.ts'
import type { Random } from '../support/random.ts'
import type { Kind, Trial } from './kind.ts'
import { expectSettled } from './settled-records.ts'
import type { World } from './world.ts'

/** After this time a process has nothing in its cache. */
const CACHE_SECONDS = 10

/** A token string, a secret or a key. Thumbprints and request ids are shorter. */
const SECRET = /[A-Za-z0-9_-]{44,}/

/** One kind of request, with faults at the calls of the store that it makes. */
export async function tryKind(kind: Kind, world: World, random: Random): Promise<void> {
  const some = <T>(all: readonly T[]) => (ALL ? all : [random.pick(all)])
  const { calls, isTaken } = await unharmed(kind, world)
  const writes = calls.flatMap((call, index) => (isWrite(call) ? [index] : []))
  // Between two writes a process does the same wherever it is killed, and before the first of them nothing.
  const killedAfter = ALL ? [...calls.keys(), calls.length] : writes.map((index) => index + 1)
  for (const done of killedAfter) await named(`killed after ${done} calls`, () => killed(kind, world, done))
  // A write is hit more often than a read.
  const isWriteHit = !ALL && writes.length > 0 && random.int(3) > 0
  for (const index of some(isWriteHit ? writes : [...calls.keys()])) {
    const { operation } = calls[index] as Passing
    for (const [what, run] of some(faultsOf(kind, world, index + 1, operation))) {
      await named(`call ${index + 1}, ${operation}, ${what}`, run)
    }
  }
  for (const index of ALL || isTaken ? writes : []) {
    await named(`call ${index + 1} arrives late`, () => lateWrite(kind, world, index + 1))
  }
}

/** The faults that can hit a call, by name. */
function faultsOf(kind: Kind, world: World, nth: number, operation: string) {
  const run = (faults: Readonly<Record<string, () => Fate>>, meet: typeof failed) =>
    Object.entries(faults).map(([what, fate]) => [what, () => meet(kind, world, nth, fate())] as const)
  return [...run(FAULTS, failed), ...run(PASSING_FAULTS, survived)].filter(
    ([what]) => !what.includes('keys') || operation === 'BatchGetItem',
  )
}

/** A failure says which fault it was. */
async function named(fault: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof Error) error.message = `${fault}: ${error.message}`
    throw error
  }
}

/** Nothing fails. @returns the calls of the store that the request makes */
async function unharmed(kind: Kind, world: World) {
  const trial = await prepared(kind, world)
  const answer = await asked(trial, world, pass)
  expect(outcome(answer)).toBe(kind.answer)
  const calls = callsOf(world.proxy.passed)
  await trial.holds?.([answer])
  return { calls, isTaken: trial.take !== undefined }
}

/** The process is killed when this many calls are done. Its answer, if there is one, is lost. */
async function killed(kind: Kind, world: World, done: number): Promise<void> {
  const trial = await prepared(kind, world)
  const written: Passing[] = []
  await asked(trial, world, noting(fromCall(done + 1, cut), written))
  await expectSettled(world, written)
  await goOn(kind, trial, written)
}

/** One call fails however often it is sent. */
async function failed(kind: Kind, world: World, call: number, fate: Fate): Promise<void> {
  const trial = await prepared(kind, world)
  const written: Passing[] = []
  const answer = await asked(trial, world, noting(atCall(call, fate), written))
  const isDone = judged(answer, kind, world)
  if (isDone) await trial.holds?.([answer])
  else await goOn(kind, trial, written)
}

/** One call fails once, and the SDK sends it again. */
async function survived(kind: Kind, world: World, call: number, fate: Fate): Promise<void> {
  const trial = await prepared(kind, world)
  const answer = await asked(trial, world, atCall(call, fate))
  expect(outcome(answer)).toBe(kind.answer)
  expect(judged(answer, kind, world)).toBe(true)
  await trial.holds?.([answer])
}

/** A write arrives only when its caller has gone on, and when what it did was taken or changed again. */
async function lateWrite(kind: Kind, world: World, call: number): Promise<void> {
  const trial = await prepared(kind, world)
  const { fate, release } = late()
  const written: Passing[] = []
  const answer = await asked(trial, world, noting(atCall(call, fate), written))
  const done = judged(answer, kind, world) ? [answer] : await goOn(kind, trial, written)
  const stays = await trial.take?.(done)
  await release()
  world.pass(CACHE_SECONDS)
  await stays?.()
}

async function prepared(kind: Kind, world: World): Promise<Trial> {
  world.pass(CACHE_SECONDS)
  return world.throughCached(() => kind.prepare(world))
}

async function asked(trial: Trial, { proxy, failing, throughFailing }: World, fate: Fate): Promise<Received> {
  failing.lines.length = 0
  proxy.passed.length = 0
  proxy.fate = fate
  try {
    return await throughFailing(trial.ask)
  } finally {
    proxy.fate = pass
    expect(failing.lines.filter((line) => SECRET.test(line))).toEqual([])
  }
}

/** The answer is the right one, or a 503 that is logged once with its cause. @returns whether it is the right one */
function judged(answer: Received, { answer: right }: Kind, { failing }: World): boolean {
  const logged = failing.logged()
  if (outcome(answer) === right) {
    // The right answer of some kinds is a refusal, which is a warning.
    expect(logged).toMatchObject([{ level: expect.stringMatching(/^(info|warn)$/) as string }])
    return true
  }
  const { status, headers, json } = answer
  expect(json).toMatchObject(
    'error' in json ? { error: 'temporarily_unavailable' } : { resultCode: 'A001191' },
  )
  expect(status).toBe(503)
  expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
  const cause = { message: expect.stringMatching('.') as string }
  const requestId = headers['x-request-id']
  expect(logged).toMatchObject([{ level: 'error', outcome: 503, reason: 'unavailable', requestId, cause }])
  return false
}

/**
 * The caller sends the request again, to another process. If nothing was written before, it must succeed.
 *
 * @returns the answers that said that it was done
 */
async function goOn(kind: Kind, trial: Trial, written: readonly Passing[]): Promise<readonly Received[]> {
  const again = await trial.ask()
  const isRight = outcome(again) === kind.answer
  if (!isRight && trial.repeated !== undefined && written.length > 0) {
    expect(outcome(again)).toBe(trial.repeated)
    await trial.step?.()
  } else {
    expect(outcome(again)).toBe(kind.answer)
  }
  const done = isRight ? [again] : []
  await trial.holds?.(done)
  return done
}

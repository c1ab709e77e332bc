import { expect } from 'vitest'
import { outcome } from '../support/answers.ts'
import { callsOf, cut, pass, type Passing } from '../support/cutting-proxy.ts'
import type { Received } from '../support/gateway.ts'
import { noting } from './fault-list.ts'
import type { Kind, Trial } from './kind.ts'
import { expectSettled } from './settled-records.ts'
import type { Fault, Meet } from './trials.ts'
import { expectLogged, expectNoSecrets, expectUnavailable } from './unavailable.ts'
import type { World } from './world.ts'

/** After this time a process has nothing in its cache. */
const CACHE_SECONDS = 10
const NOTHING: Fault = { fate: pass, isPassing: true }

/** A request of this kind, what its caller does if it hears nothing good, and somebody who takes away or changes what it did. */
export function meetKind(kind: Kind, world: World): Meet {
  return async ({ fate, isKilled = false, isPassing = false, release } = NOTHING) => {
    const { proxy, failing } = world
    world.pass(CACHE_SECONDS)
    const trial = await world.throughCached(() => kind.prepare(world))
    const written: Passing[] = []
    failing.lines.length = 0
    proxy.passed.length = 0
    const noted = noting(fate, written)
    proxy.fate = noted.fate
    // A process that is killed sends nothing more, even if one of several concurrent calls has ended the request.
    const answer = await world.throughFailing(trial.ask).finally(() => (proxy.fate = isKilled ? cut : pass))
    await noted.settled()
    const calls = callsOf(proxy.passed)
    expectNoSecrets(failing.lines)
    const isRight = outcome(answer) === kind.answer
    if (isRight) expectLogged(failing.logged())
    else expectUnavailable(answer, failing.logged())
    if (isPassing) expect(outcome(answer)).toBe(kind.answer)

    if (isKilled) await expectSettled(world.healthy, failing.settings.auditTable, written)
    proxy.fate = pass
    const isHeard = isRight && !isKilled
    const done = isHeard ? [answer] : await goOn(kind, trial, written)
    if (isHeard && release === undefined) await trial.holds?.(done)
    if (release !== undefined) {
      const stays = await trial.take?.(done)
      await release()
      world.pass(CACHE_SECONDS)
      await stays?.()
    }
    return calls
  }
}

/**
 * The caller sends the request again, to another process. If nothing was written before, it must succeed.
 *
 * @returns the answers that reported success
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

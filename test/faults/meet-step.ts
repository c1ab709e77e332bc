import { callsOf, cut, type CuttingProxy, pass, type Passing } from '../support/cutting-proxy.ts'
import { START } from '../support/fixed-runtime.ts'
import type { Received } from '../support/gateway.ts'
import { audit } from '../model/audit.ts'
import { again, OPERATIONS } from '../model/run.ts'
import { DirectPlay } from '../model/schedule.ts'
import type { Step } from '../model/steps.ts'
import { type DirectWorld, type Mode, openWorld } from '../model/world.ts'
import { noting } from './fault-list.ts'
import { expectSettled } from './settled-records.ts'
import type { Fault, Meet } from './trials.ts'
import { expectLogged, expectNoSecrets, expectUnavailable } from './unavailable.ts'

/** A run in which the store fails during one request. */
class FaultPlay extends DirectPlay {
  /** The writes of that request that the engine has done. */
  readonly written: Passing[] = []
  /** While it runs. */
  isHit = false
  fault: Fault = NOTHING

  protected override mayFail(): boolean {
    return this.isHit || this.services.some(({ deletions }) => deletions.length > 0)
  }

  /** A write that did not arrive may still be late. */
  protected override isUndone(): boolean {
    const { auditTable } = this.world
    const isOnlyRecorded = this.written.every(({ body }) => body['TableName'] === auditTable)
    return this.isHit && isOnlyRecorded && this.fault.release === undefined
  }
}

const NOTHING: Fault = { fate: pass }

/** So that there is one of all that a step needs. */
const BEFORE = [
  ...['provision', 'clientCreate', 'push', 'authorize', 'issue', 'redeem', 'create'],
  ...['authorize', 'issue', 'authorize', 'clock'],
]
/** So that a step has something to do. */
const BEFORE_STEP: Readonly<Record<string, string>> = {
  changeRenewal: 'announce',
  releaseCertificate: 'revokeCertificate',
}
/** The steps with which the client and its authorization server go on. */
const AFTER = [
  ...['introspect', 'narrow', 'clientLock', 'introspect'],
  ...['authorize', 'issue', 'redeem', 'introspect'],
]

const UNLOCK = 1

/** A step of the model, the same request again to another process, and a walk after that. The model judges all answers. */
export function meetStep(engine: string, proxy: CuttingProxy, step: Step, mode: Mode): Meet {
  return async (fault = NOTHING) => {
    const lines: string[] = []
    const onLine = (line: string) => void lines.push(line)
    const world = await openWorld(engine, mode, step.pick, { endpoint: proxy.endpoint, onLine })
    try {
      const play: FaultPlay = new FaultPlay(
        hit(world, lines, () => play),
        new Set(),
        { mayFail: true },
      )
      const own = BEFORE_STEP[step.do]
      for (const each of own === undefined ? BEFORE : [...BEFORE, own])
        await take(play, { ...step, do: each, by: 1, pick: 1 })
      const calls = await takeWithFault(play, proxy, step, fault)
      if (fault.isKilled === true) await expectSettled(world.healthy, world.auditTable, play.written, START)
      await again(play, { ...step, by: 1 })
      const last = step.pick % 2 === 0 ? ['refresh', 'revocation'] : []
      for (const each of [...AFTER, ...last]) {
        await take(play, {
          ...step,
          do: each,
          by: 1,
          pick: 1,
          other: each === 'clientLock' ? UNLOCK : step.other + 2,
        })
      }
      await fault.release?.()
      proxy.fate = pass
      await audit(play)
      return calls
    } finally {
      world.close()
    }
  }
}

async function take(play: FaultPlay, step: Step): Promise<void> {
  const { fits, take: run } = OPERATIONS[step.do] ?? {}
  if (fits?.(play) === true) await run?.(play, step)
}

async function takeWithFault(play: FaultPlay, proxy: CuttingProxy, step: Step, fault: Fault) {
  play.fault = fault
  proxy.passed.length = 0
  const { fate, settled } = noting(fault.fate, play.written)
  proxy.fate = fate
  play.isHit = true
  // A process that is killed sends nothing more, even if one of several concurrent calls has ended the request.
  await take(play, step).finally(() => (proxy.fate = fault.isKilled === true ? cut : pass))
  await settled()
  play.isHit = false
  return callsOf(proxy.passed)
}

const NO_ANSWER: Received = { status: 0, headers: {}, text: '', json: {} }

/** The same world, but the answers of the process whose store fails are looked at, or lost. */
function hit(world: DirectWorld, lines: string[], playOf: () => FaultPlay): DirectWorld {
  return {
    ...world,
    send: async (process, sent) => {
      lines.length = 0
      const answer = await world.send(process, sent)
      const { isHit, fault } = playOf()
      if (!isHit) return answer
      expectNoSecrets(lines)
      const logged = lines.map((line) => JSON.parse(line) as object).filter((line) => !('change' in line))
      if (answer.status === 503) expectUnavailable(answer, logged)
      else expectLogged(logged)
      if (fault.isPassing === true) expectLogged(logged)
      return fault.isKilled === true ? NO_ANSWER : answer
    },
  }
}

import { ask, isUnreachable } from '../ask.ts'
import { type Check, fail, ok, skipped, warn } from '../finding.ts'

/** The `Date` of an answer is in whole seconds, and the way takes its time. */
const TOLERATED_SECONDS = 5
/** Assertions of clients and signatures of AWS calls fail beyond it. */
const TOO_FAR_SECONDS = 60

const WHAT_TO_DO =
  'let both clocks follow a time server: times in tokens and in client assertions are compared'

/** Both clocks tell the same time. */
export const clock: Check = {
  name: 'clock',
  ask: async (inspected) => {
    const outcome = await ask(inspected, `${inspected.plainUrl}/jwks`)
    const date = 'broken' in outcome ? undefined : outcome.headers.date
    if (date === undefined || isUnreachable(outcome)) {
      return [skipped('how far the clocks are apart', 'no answer of the plain domain tells the time')]
    }
    const apart = Math.abs(inspected.now().getTime() - Date.parse(date)) / 1000
    const what = `the clocks of the deployment and of this machine are ${Math.round(apart)} seconds apart`
    if (apart > TOO_FAR_SECONDS) return [fail(what, WHAT_TO_DO)]
    return [
      apart > TOLERATED_SECONDS
        ? warn(what, WHAT_TO_DO)
        : ok('the clocks of the deployment and of this machine agree'),
    ]
  },
}

import { ask } from '../ask.ts'
import { type Check, fail, ok, skipped, warn } from '../check.ts'

/** The tolerance: the `Date` of an answer is in whole seconds, and the answer takes time to arrive. */
const TOLERATED_SECONDS = 5
/** The difference at which client assertions and signatures of AWS calls may fail. */
const TOO_FAR_SECONDS = 60

const REMEDY =
  'synchronize both clocks with a time server, because times in tokens and client assertions are compared'

export const clock: Check = {
  name: 'clock',
  ask: async (inspected) => {
    const reply = await ask(inspected, `${inspected.plainUrl}/jwks`)
    const date = 'broken' in reply ? undefined : reply.headers.date
    if (date === undefined)
      return [skipped('how far apart the clocks are', 'first make the plain domain answer')]
    const apart = Math.abs(inspected.now().getTime() - Date.parse(date)) / 1000
    const what = `the clocks of the deployment and of this machine are ${Math.round(apart)} seconds apart`
    if (apart > TOO_FAR_SECONDS) return [fail(what, REMEDY)]
    if (apart > TOLERATED_SECONDS) return [warn(what, REMEDY)]
    return [ok('the clocks of the deployment and of this machine agree')]
  },
}

import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BASIC, openWalk, UNBOUND } from '../../support/walk.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const DURATIONS = { code: 60, access: 600, refresh: 1200, ticket: 86400 }

export async function expiry(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const walk = await openWalk(tested.runtime, {
    ...UNBOUND,
    authorizationCodeDuration: DURATIONS.code,
    accessTokenDuration: DURATIONS.access,
    refreshTokenDuration: DURATIONS.refresh,
  })
  const client = await walk.addClient(BASIC)

  /** Obtains something that expires, and gives how to present it. */
  const PRESENTATIONS = {
    code: async () => {
      const code = await walk.code(client)
      return async () => outcome(await walk.redeem(client, code))
    },
    access: async () => {
      const { access } = await walk.granted(client)
      return async () => outcome(await walk.introspect(access))
    },
    refresh: async () => {
      const { refresh } = await walk.granted(client)
      return async () => outcome(await walk.refresh(client, refresh))
    },
    ticket: async () => {
      const { ticket } = (await walk.authorize(client)).json
      return async () => outcome(await walk.issue(ticket))
    },
  }

  describe.each([
    { what: 'code', live: 'OK A050001', expired: 'BAD_REQUEST A050311 invalid_grant' },
    { what: 'access', live: 'OK A056001', expired: 'UNAUTHORIZED A065301 invalid_token' },
    { what: 'refresh', live: 'OK A053001', expired: 'BAD_REQUEST A053308 invalid_grant' },
    { what: 'ticket', live: 'LOCATION A040001', expired: 'BAD_REQUEST A041301 invalid_request' },
  ] as const)('$what', ({ what, live, expired }) => {
    test('a grant is valid until its last second', async () => {
      const present = await PRESENTATIONS[what]()
      tested.runtime.clock.now = addSeconds(START, DURATIONS[what] - 1)
      expect(await present()).toBe(live)
    })

    test.each([0, 1, 3599, 3600, 864000])(
      'a grant is refused %i seconds after its end, although its item is still there',
      async (after) => {
        const present = await PRESENTATIONS[what]()
        tested.runtime.clock.now = addSeconds(START, DURATIONS[what] + after)
        const before = await tested.raw.grants.scan()
        const refused = what === 'access' && after >= 600 ? 'UNAUTHORIZED A065302 invalid_token' : expired
        expect(await present()).toBe(refused)
        expect(await tested.raw.grants.scan()).toHaveLength(before.length)
      },
    )
  })
}

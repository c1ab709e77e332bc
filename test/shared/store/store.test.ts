import { afterAll, beforeAll, describe } from 'vitest'
import { engines } from '../../support/engines.ts'
import { clientState } from './client-state.ts'
import { conditions } from './conditions.ts'
import { damagedItems } from './damaged-items.ts'
import { expiry } from './expiry.ts'
import { findingGrants } from './finding-grants.ts'
import { grantTransitions } from './grant-transitions.ts'
import { listingGrants } from './listing.ts'
import { lostAnswersAtEndpoints } from './lost-answers-at-endpoints.ts'
import { lostAnswers } from './lost-answers.ts'
import { otherProcess } from './other-process.ts'
import { races } from './races.ts'
import { registryRecords } from './registry-records.ts'
import { tableOutcomes } from './table-outcomes.ts'
import { ticketSteps } from './ticket-steps.ts'
import { revocationAtEndpoint } from './revocation-at-endpoint.ts'
import { unprocessedKeys } from './unprocessed-keys.ts'
import { unreachableAtEndpoints } from './unreachable-at-endpoints.ts'
import { unreachable } from './unreachable.ts'

/** The first start of DynamoDB Local fetches it. */
const START_MILLISECONDS = 300_000

const SUITES = {
  'table outcomes': tableOutcomes,
  grants: grantTransitions,
  'finding grants': findingGrants,
  tickets: ticketSteps,
  'listing grants': listingGrants,
  conditions,
  'damaged items': damagedItems,
  races,
  'revocation at the endpoint': revocationAtEndpoint,
  'lost answers': lostAnswers,
  'lost answers at the endpoints': lostAnswersAtEndpoints,
  unreachable,
  'unreachable at the endpoints': unreachableAtEndpoints,
  'unprocessed keys': unprocessedKeys,
  expiry,
  'client state': clientState,
  'another process': otherProcess,
  registry: registryRecords,
}

// One file for all that needs an engine, so that a Java machine is started once.
describe.each(engines())('$name', ({ start }) => {
  const engine = { endpoint: '' }
  let close = () => Promise.resolve()
  beforeAll(async () => {
    const started = await start()
    engine.endpoint = started.endpoint
    close = started.close
  }, START_MILLISECONDS)
  afterAll(() => close())

  describe.each(Object.entries(SUITES))('%s', (_, suite) => suite(engine))
})

import { afterAll, describe } from 'vitest'
import type { Engine } from '../../../infra/emulator/engine.ts'
import { seeded } from '../../support/random.ts'
import { bothClients } from './both-clients.ts'
import { certificatesInUse } from './certificates-in-use.ts'
import { clientState } from './client-state.ts'
import { conditions } from './conditions.ts'
import { damagedItems } from './damaged-items.ts'
import { emptyKeys } from './empty-keys.ts'
import { expiry } from './expiry.ts'
import { findingGrants } from './finding-grants.ts'
import { grantTransitions } from './grant-transitions.ts'
import { listingGrants } from './listing.ts'
import { lostAnswersAtEndpoints } from './lost-answers-at-endpoints.ts'
import { lostAnswers } from './lost-answers.ts'
import { races } from './races.ts'
import { registryRecords } from './registry-records.ts'
import { revokedCopies } from './revoked-copies.ts'
import { tableOutcomes } from './table-outcomes.ts'
import { ticketSteps } from './ticket-steps.ts'
import { unprocessedKeys } from './unprocessed-keys.ts'
import { unreachableAtEndpoints } from './unreachable-at-endpoints.ts'
import { unreachable } from './unreachable.ts'

export const SUITES = {
  'table outcomes': tableOutcomes,
  grants: grantTransitions,
  'finding grants': findingGrants,
  tickets: ticketSteps,
  'listing grants': listingGrants,
  conditions,
  'empty keys': emptyKeys,
  'damaged items': damagedItems,
  races,
  'lost answers': lostAnswers,
  'lost answers at the endpoints': lostAnswersAtEndpoints,
  unreachable,
  'unreachable at the endpoints': unreachableAtEndpoints,
  'unprocessed keys': unprocessedKeys,
  expiry,
  'client state': clientState,
  'certificates in use': certificatesInUse,
  'copies of revocations': revokedCopies,
  registry: registryRecords,
}

type Name = keyof typeof SUITES
type Suites = Readonly<Partial<Record<'sdk' | 'lean', readonly Name[]>>>

/**
 * These run by the lean client only, which all requests use: which writer wins and what an item means is decided behind it, and the
 * same calls are compared by both clients. Twice they would take half a minute more.
 */
const BY_ONE_CLIENT: readonly Name[] = [
  'races',
  'damaged items',
  'expiry',
  'client state',
  'certificates in use',
  'copies of revocations',
  'tickets',
  'finding grants',
  'listing grants',
  'conditions',
  'empty keys',
  'registry',
]

/**
 * These run by each client on one engine only: the meaning of an item, and the effect of a lost answer, do not depend on the engine.
 * The lean client has them on the embedded engine.
 */
const ON_ONE_ENGINE: readonly Name[] = [
  'damaged items',
  'unreachable',
  'unreachable at the endpoints',
  'unprocessed keys',
]

export const ALL = Object.keys(SUITES) as Name[]
export const BY_BOTH_CLIENTS = ALL.filter((name) => !BY_ONE_CLIENT.includes(name))
export const ON_BOTH_ENGINES = ALL.filter((name) => !ON_ONE_ENGINE.includes(name))

/**
 * All that needs an engine, by the lean client and, where its engine is the better reference, by the SDK. Each engine has one file, so
 * that a Java machine is started once. On both engines the same calls are compared by both clients. With `STORE=all` in the environment
 * every suite runs by both clients on both engines, and with a number a third of them, which follow from it.
 */
export function storeSuites({ endpoint, close }: Engine, suites: Suites): void {
  afterAll(close)
  describe('both clients', () => bothClients(endpoint))
  describe.each(Object.entries(wished(suites)))('by the client %s', (client, names) => {
    const dynamodbClient = client as keyof Suites
    describe.each(names)('%s', (name) => SUITES[name]({ endpoint, dynamodbClient }))
  })
}

function wished(suites: Suites): Suites {
  const { STORE: wish } = process.env
  if (wish === undefined) return suites
  const random = seeded(Number(wish))
  const some = () => ALL.filter(() => wish === 'all' || random.int(3) === 0)
  return { sdk: some(), lean: some() }
}

import { describe, test } from 'vitest'
import { seeded } from '../support/random.ts'
import { certificateKinds } from './certificate-kinds.ts'
import { clientKinds } from './client-kinds.ts'
import { ALL, SEED } from './fault-list.ts'
import { grantKinds } from './grant-kinds.ts'
import type { Kinds } from './kind.ts'
import { serviceKinds } from './service-kinds.ts'
import { meetKind } from './meet-kind.ts'
import { tryFaults } from './trials.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const KINDS: Kinds = {
  ...grantKinds,
  ...clientKinds,
  ...certificateKinds,
  ...serviceKinds,
}

/** With every fault at every call a kind takes minutes on a busy machine. */
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : undefined

const random = seeded(SEED)
const TRIED = Object.entries(KINDS).map(([name, kind]) => [name, kind, random.fork()] as const)

describe.each(TRIED)('%s', (_, kind, own) => {
  test(
    'no fault between certbound and its store keeps the caller from going on',
    () => tryFaults(meetKind(kind, world), own),
    LIMIT_MILLISECONDS,
  )
})

import { describe, test } from 'vitest'
import { seeded } from '../support/random.ts'
import { authorizationKinds } from './authorization-kinds.ts'
import { clientKinds } from './client-kinds.ts'
import { ALL, SEED } from './fault-list.ts'
import type { Kinds } from './kind.ts'
import { serviceKinds } from './service-kinds.ts'
import { introspectionKinds, tokenKinds } from './token-kinds.ts'
import { tokenManagementKinds } from './token-management-kinds.ts'
import { tryKind } from './trials.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const KINDS: Kinds = {
  ...authorizationKinds,
  ...tokenKinds,
  ...introspectionKinds,
  ...tokenManagementKinds,
  ...clientKinds,
  ...serviceKinds,
}

/** With every fault at every call a kind takes minutes on a busy machine. */
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : 30_000

const random = seeded(SEED)
const TRIED = Object.entries(KINDS).map(([name, kind]) => [name, kind, random.fork()] as const)

describe.each(TRIED)('%s', (_, kind, own) => {
  test(
    'the caller can go on whatever happens between certbound and its store',
    () => tryKind(kind, world, own),
    LIMIT_MILLISECONDS,
  )
})

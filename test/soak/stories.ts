import type { SoakClient } from './clients.ts'
import type { Grant } from './pool.ts'
import { probe, WAYS } from './probes.ts'
import type { Random } from '../support/random.ts'
import {
  asClient,
  authorize,
  endAll,
  FACES,
  grantItself,
  redeem,
  refresh,
  rightWay,
} from './token-endpoint.ts'
import { verdictOf } from './verdict.ts'
import { BRIEF, type World } from './world.ts'

/** Something that happens: some requests, one after the other or at once, and what must come of them. */
export type Story = (world: World, random: Random) => Promise<void>

const SCOPES = ['accounts:read', 'payments:write', 'accounts:read payments:write', BRIEF.scope]

/** A grant for this story only: one from before, or a new one. */
export async function someGrant(
  world: World,
  random: Random,
  isRight: (grant: Grant) => boolean = () => true,
): Promise<Grant | undefined> {
  const found = world.pool.take(random)
  if (found !== undefined && isRight(found)) return found
  if (found !== undefined) await keep(world, random, found)
  const made = await newGrant(world, random, random.pick(world.clients))
  return made === undefined || isRight(made) ? made : discard(world, random, made)
}

export async function newGrant(world: World, random: Random, client: SoakClient): Promise<Grant | undefined> {
  const scope = random.pick(SCOPES)
  const face = random.pick(FACES)
  if (client.method !== 'NONE' && random.int(3) === 0) {
    return grantItself(world, client, scope, rightWay(client, face, 'token by client credentials'))
  }
  const code = await authorize(world, client, scope)
  return code && (await redeem(world, client, code, rightWay(client, face, 'token by code'))).grant
}

/** Gives a grant back, and ends the one that has no place any more. */
export async function keep(world: World, random: Random, grant: Grant | undefined): Promise<undefined> {
  const spare = grant && world.pool.put(grant)
  if (spare !== undefined) await discard(world, random, spare)
}

export async function discard(world: World, random: Random, grant: Grant): Promise<undefined> {
  const { access, refresh } = grant
  const named =
    refresh === undefined
      ? { accessTokenIdentifier: access.value }
      : { refreshTokenIdentifier: refresh.value }
  const reply = await world.webApi('token revoke', '/auth/token/revoke', named)
  bury(world, random, grant, { ...reply, sure: reply.status === 200 }, 'the management API')
}

export function bury(
  { pool }: World,
  random: Random,
  grant: Grant,
  ending: Parameters<typeof endAll>[1],
  how: string,
): void {
  endAll(grant, ending, how)
  if (ending.sure) pool.bury(random, grant.access, grant.refresh, grant.code)
}

const issues: Story = async (world, random) => {
  const grant = await newGrant(world, random, random.pick(world.clients))
  if (grant !== undefined) await probe(world, grant.access, grant.client.holds, random.pick(WAYS))
  await keep(world, random, grant)
}

const refreshes: Story = async (world, random) => {
  const grant = await someGrant(world, random, ({ refresh }) => refresh !== undefined)
  if (grant === undefined) return
  const { access, client } = grant
  const refreshed = await refresh(world, grant, rightWay(client, random.pick(FACES), 'refresh'))
  if (refreshed?.verdict === 'yes') {
    await probe(world, access, client.holds, random.pick(WAYS), 'replaced token')
    world.pool.bury(random, access)
    await probe(world, grant.access, client.holds, random.pick(WAYS))
  }
  await keep(world, random, grant)
}

const introspects: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  if (grant === undefined) return
  for (const way of WAYS) await probe(world, grant.access, grant.client.holds, way)
  await keep(world, random, grant)
}

const revokes: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  if (grant === undefined) return
  const { client } = grant
  const token = grant.refresh !== undefined && random.int(2) === 0 ? grant.refresh : grant.access
  const way = rightWay(client, random.pick(FACES), 'revocation')
  const reply = await asClient(world, client, '/revocation', { token: token.value }, way)
  const isYes = reply.status === 200 && (way.face === 'OAuth' || reply.json['action'] === 'OK')
  // An expired access token is unknown here, so its grant goes on.
  const sure = verdictOf(reply, isYes) === 'yes' && token.whyDoubtful(reply) === undefined
  bury(world, random, grant, { ...reply, sure }, 'its revocation')
  await probe(world, grant.access, client.holds, random.pick(WAYS), 'revoked token')
  if (grant.refresh && sure)
    await refresh(world, grant, rightWay(client, random.pick(FACES), 'revoked refresh token'))
}

/** What is dead stays dead. */
const looksBack: Story = async (world, random) => {
  const token = world.pool.someDead(random)
  if (token?.kind === 'access') {
    await probe(
      world,
      token,
      token.boundTo ?? random.pick(world.identities.trusted),
      random.pick(WAYS),
      'dead token',
    )
  }
}

export const GOOD: readonly (readonly [weight: number, story: Story])[] = [
  [5, issues],
  [5, refreshes],
  [6, introspects],
  [3, revokes],
  [3, looksBack],
]

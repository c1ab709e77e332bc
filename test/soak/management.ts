import { registerClient, type SoakClient } from './clients.ts'
import { probe, WAYS } from './probes.ts'
import type { Grant } from './pool.ts'
import type { Random } from '../support/random.ts'
import { bury, keep, newGrant, someGrant, type Story } from './stories.ts'
import { FACES, grantItself, refresh, rightWay } from './token-endpoint.ts'
import { type Ending, Token } from './truth.ts'
import type { World } from './world.ts'

/** A client of this story only, with some tokens. */
async function ownClient(world: World, random: Random) {
  const { identities, webApi, watch } = world
  const holds = random.pick(['soak-a', 'soak-b', 'soak-c'])
  const client = await registerClient({ method: 'CLIENT_SECRET_POST', holds }, { webApi, identities, watch })
  if (client === undefined) return undefined
  const grants = await Promise.all([1, 2, 3].map(() => newGrant(world, random, client)))
  return { client, grants: grants.filter((grant) => grant !== undefined) }
}

const probeAll = (world: World, random: Random, grants: readonly Grant[], kind: string) =>
  Promise.all(grants.map(({ access, client }) => probe(world, access, client.holds, random.pick(WAYS), kind)))

const refreshAll = (world: World, random: Random, grants: readonly Grant[], kind: string) =>
  Promise.all(grants.map((grant) => refresh(world, grant, rightWay(grant.client, random.pick(FACES), kind))))

async function deleteClient(world: World, { number, truth }: SoakClient): Promise<void> {
  const deleted = { sent: performance.now(), answered: Infinity, sure: false }
  truth.deleted = deleted
  const reply = await world.webApi('client delete', `/client/delete/${number}`, undefined, 'DELETE')
  truth.deleted = {
    ...reply,
    answered: reply.status === 204 ? reply.answered : Infinity,
    sure: reply.status === 204,
  }
}

/** While its tokens are used, refreshed and issued, all of them end. */
const cutsOff: Story = async (world, random) => {
  const own = await ownClient(world, random)
  if (own === undefined) return
  const { client, grants } = own
  const cut = { sent: performance.now(), answered: Infinity, sure: false }
  client.truth.cuts.push(cut)
  const named = { clientIdentifier: String(client.number) }
  const [reply, late] = await Promise.all([
    world.webApi('client cut off', '/auth/token/revoke', named),
    newGrant(world, random, client),
    refreshAll(world, random, grants.slice(1), 'refresh at a cut-off'),
    probeAll(world, random, grants.slice(0, 1), 'introspection at a cut-off'),
  ])
  if (reply.status === 200) Object.assign(cut, { answered: reply.answered, sure: true })
  if (reply.status === 200) {
    await probeAll(world, random, [...grants, ...(late ? [late] : [])], 'token after the cut-off')
    await refreshAll(world, random, grants, 'refresh after the cut-off')
  }
  await deleteClient(world, client)
  for (const { access } of grants) world.pool.bury(random, access)
}

const locks: Story = async (world, random) => {
  const own = await ownClient(world, random)
  if (own === undefined) return
  const { client, grants } = own
  const setLocked = async (clientLocked: boolean) => {
    const path = `/client/lock_flag/update/${client.number}`
    const { status, ...span } = await world.webApi('client lock', path, { clientLocked })
    return { ...span, sure: status === 200 }
  }
  const lock: { from: Ending; until?: Ending } = { from: begun() }
  client.truth.locks.push(lock)
  const [from] = await Promise.all([
    setLocked(true),
    probeAll(world, random, grants, 'introspection at a lock'),
  ])
  lock.from = from
  await probeAll(world, random, grants, 'token of a locked client')
  await refreshAll(world, random, grants, 'refresh of a locked client')
  lock.until = begun()
  lock.until = await setLocked(false)
  await probeAll(world, random, grants, 'token of an unlocked client')
  await deleteClient(world, client)
  await probeAll(world, random, grants, 'token of a deleted client')
  for (const { access } of grants) world.pool.bury(random, access)
}

const begun = (): Ending => ({ sent: performance.now(), answered: Infinity, sure: false })

/** `token/create` binds a token to a certificate, and `token/update` to another. */
const rebinds: Story = async (world, random) => {
  const { webApi, identities, watch } = world
  const client = random.pick(world.clients)
  const [first, second] = [random.pick(['soak-a', 'soak-b']), random.pick(['soak-c', 'soak-d'])]
  const created = await webApi('token create', '/auth/token/create', {
    ...{ grantType: 'CLIENT_CREDENTIALS', clientId: client.number, accessTokenDuration: 60 },
    certificateThumbprint: identities.thumbprint(first),
  })
  // Of a JWT the member `accessToken` only names the grant.
  const value = created.json['jwtAccessToken'] ?? created.json['accessToken']
  if (typeof value !== 'string') return
  watch.keep(value)
  const issued = {
    kind: 'access',
    value,
    client: client.truth,
    issued: created,
    seconds: 60,
    boundTo: first,
  } as const
  const token = new Token(issued)
  await probe(world, token, first, random.pick(WAYS))
  await probe(world, token, second, 'holder', 'stolen token')
  const updated = await webApi('token update', '/auth/token/update', {
    ...{ accessToken: value, certificateThumbprint: identities.thumbprint(second) },
  })
  if (updated.json['action'] === 'OK') {
    token.boundTo = second
    token.note(updated, `bound to ${second} by token/update`)
    await probe(world, token, first, 'holder', 'stolen token')
    await probe(world, token, second, random.pick(WAYS))
  }
  const grant = { client, access: token, refresh: undefined, replaced: [], code: undefined }
  const path = `/auth/token/delete/${encodeURIComponent(value)}`
  const deleted = await webApi('token delete', path, undefined, 'DELETE')
  bury(world, random, grant, { ...deleted, sure: deleted.status === 204 }, 'token/delete')
  if (deleted.status === 204) await probe(world, token, second, random.pick(WAYS), 'deleted token')
}

/** New access tokens are JWTs, or opaque again; the older ones go on. */
const changesFormat: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  const accessTokenSignAlg = random.pick(['ES256', null])
  await world.webApi('service update', '/service/update', { accessTokenSignAlg })
  if (grant !== undefined) await probe(world, grant.access, grant.client.holds, random.pick(WAYS))
  await keep(world, random, grant)
}

const reads: Story = async (world, random) => {
  const { webApi, send } = world
  const { number } = random.pick(world.clients)
  await webApi('client get', `/client/get/${number}`)
  await webApi('client list', '/client/get/list?start=0&end=5')
  await webApi('service get', '/service/get')
  await webApi('metadata', '/service/configuration')
  await webApi('token list', '/auth/token/get/list?start=0&end=5&subject=nobody')
  await send({ as: undefined, on: 'plain', kind: 'keys', method: 'GET', path: '/jwks' })
}

/** The clients of the service stay as they are; a secret is renewed for one of this story. */
const renewsSecret: Story = async (world, random) => {
  const own = await ownClient(world, random)
  if (own === undefined) return
  const { client } = own
  const { json } = await world.webApi('client secret', `/client/secret/refresh/${client.number}`)
  const { newClientSecret } = json
  if (typeof newClientSecret === 'string') {
    world.watch.keep(newClientSecret)
    const way = { ...rightWay(client, 'OAuth', 'old client secret'), wrong: 'the secret was replaced' }
    await grantItself(world, client, 'accounts:read', way)
  }
  await deleteClient(world, client)
}

export const MANAGEMENT: readonly (readonly [weight: number, story: Story])[] = [
  [1, cutsOff],
  [1, locks],
  [2, rebinds],
  [1, changesFormat],
  [1, reads],
  [1, renewsSecret],
]

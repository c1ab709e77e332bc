import { credentialsOf, type SoakClient } from './clients.ts'
import { THIEF, UNTRUSTED } from './identities.ts'
import type { Grant } from './pool.ts'
import { probe, WAYS } from './probes.ts'
import { bury, discard, keep, newGrant, someGrant, type Story } from './stories.ts'
import { authorize, FACES, grantItself, redeem, refresh, rightWay, type Way } from './token-endpoint.ts'
import { Token } from './truth.ts'
import { complain } from './verdict.ts'
import type { World } from './world.ts'

/** Headers in which proxies pass on the certificate of a client. */
const CERTIFICATE_HEADERS = [
  ...['x-client-cert', 'x-ssl-client-cert', 'ssl-client-cert', 'x-forwarded-client-cert', 'client-cert'],
  ...[
    'x-amzn-mtls-clientcert',
    'x-amzn-mtls-clientcert-leaf',
    'x-arr-clientcert',
    'cf-client-cert-der-base64',
  ],
]

const others = ({ identities }: World, own: string) => identities.trusted.filter((name) => name !== own)

/** A thief has the token, but not the key. */
const stealsAccessToken: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  if (grant === undefined) return
  const { access, client } = grant
  for (const as of [THIEF, random.pick(others(world, client.holds)), undefined]) {
    await probe(world, access, as, random.pick(['holder', 'Web API'] as const), 'stolen token')
  }
  await spoofs(world, access, client)
  await probe(world, access, client.holds, random.pick(WAYS))
  await keep(world, random, grant)
}

/** The certificate of the holder in every header and parameter, over the connection of a thief and over none. */
async function spoofs(
  { send, identities, report }: World,
  token: Token,
  { holds }: SoakClient,
): Promise<void> {
  const { cert } = identities.of(holds)
  const spoofed = encodeURIComponent(cert)
  const headers = Object.fromEntries(CERTIFICATE_HEADERS.map((name) => [name, spoofed]))
  const path = '/introspection'
  for (const as of [THIEF, undefined]) {
    const on = as === undefined ? ('plain' as const) : ('mutual TLS' as const)
    const form = { token: token.value, client_certificate: cert, clientCertificate: cert }
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const few = Object.fromEntries(Object.entries(headers).slice(0, as === undefined ? 4 : 9))
    const body = new URLSearchParams(form).toString()
    const kind = 'spoofed certificate headers'
    const { status } = await send({ as, on, kind, path, headers: { ...few, ...type }, body })
    if (status === 200)
      report.fault('wrong yes', `${kind}: the token of ${holds} was accepted from ${as ?? 'nobody'}`)
  }
}

/** A thief has the refresh token, and what its client authenticates with or not. Nothing is consumed. */
const stealsRefreshToken: Story = async (world, random) => {
  const grant = await someGrant(world, random, ({ refresh }) => refresh !== undefined)
  if (grant === undefined) return
  const { client } = grant
  const face = random.pick(FACES)
  const kind = 'stolen refresh token'
  const another = random.pick(world.clients.filter(({ number }) => number !== client.number))
  const credentials = await credentialsOf(another, world.issuer)
  const wrong = 'it is of another client'
  await refresh(world, grant, { ...rightWay(another, face, kind), credentials, wrong })
  await refresh(world, grant, { ...withoutCredentials(client, face, kind), as: THIEF })
  if (client.bound) {
    // Who proves more than a secret may change the certificate, but must present one.
    await refresh(world, grant, {
      ...rightWay(client, face, kind),
      as: undefined,
      wrong: 'there is no certificate',
    })
  }
  await refresh(world, grant, rightWay(client, face, 'refresh after attacks'))
  await keep(world, random, grant)
}

function withoutCredentials(client: SoakClient, face: Way['face'], kind: string): Way {
  const credentials = { parameters: { client_id: String(client.number) } }
  // A public client has none, so that only its certificate can refuse.
  const wrong = client.method === 'NONE' ? {} : { wrong: 'the client is not authenticated' }
  return { kind, face, as: client.holds, credentials, ...wrong }
}

/** With another secret, another certificate, none, or an assertion that was used before. */
const impersonates: Story = async (world, random) => {
  const client = random.pick(world.clients.filter(({ method }) => method !== 'NONE'))
  const face = random.pick(FACES)
  const way = { ...rightWay(client, face, 'wrong credentials'), wrong: 'the client is not authenticated' }
  const ask = (over: Partial<Way>) => grantItself(world, client, 'accounts:read', { ...way, ...over })
  if (client.method === 'PRIVATE_KEY_JWT') {
    const credentials = await credentialsOf(client, world.issuer)
    const first = await grantItself(world, client, 'accounts:read', {
      ...rightWay(client, face, 'assertion'),
      credentials,
    })
    if (first === undefined) return
    await ask({ credentials, wrong: 'the assertion was used before' })
    await keep(world, random, first)
  } else if (client.method.includes('TLS')) {
    for (const as of [THIEF, random.pick(others(world, client.holds))]) await ask({ as })
    await ask({ as: undefined })
  } else {
    await ask({ credentials: await credentialsOf(client, world.issuer, `${client.secret}x`) })
    await ask({ credentials: await credentialsOf(client, world.issuer, '') })
  }
}

/** A second redemption that is wrong in something changes nothing; one that is right in everything ends the grant. */
const replaysCode: Story = async (world, random) => {
  const client = random.pick(world.clients)
  const code = await authorize(world, client, 'accounts:read')
  const face = random.pick(FACES)
  if (code === undefined) return
  const wrongly = {
    ...rightWay(client, face, 'code with another redirect URI'),
    wrong: 'the redirect URI differs',
  }
  await redeem(world, client, code, wrongly, 'https://client.example.org/cb/other')
  const { grant } = await redeem(world, client, code, rightWay(client, face, 'token by code'))
  if (grant === undefined) return
  await redeem(world, client, code, wrongly, 'https://client.example.org/cb/other')
  await probe(world, grant.access, client.holds, random.pick(WAYS))
  const replay = { ...rightWay(client, random.pick(FACES), 'replayed code'), wrong: 'the code was used' }
  const { verdict, reply } = await redeem(world, client, code, replay)
  bury(world, random, grant, { ...reply, sure: verdict === 'no' }, 'a replay of its code')
  await probe(world, grant.access, client.holds, random.pick(WAYS), 'token after a replay of its code')
}

/** Of redemptions at once one wins at most, and then the others end its tokens. */
const racesForCode: Story = async (world, random) => {
  const client = random.pick(world.clients)
  const code = await authorize(world, client, 'accounts:read')
  if (code === undefined) return
  const way = rightWay(client, random.pick(FACES), 'race for a code')
  code.end({ sent: performance.now(), answered: Infinity, sure: false }, 'a race')
  const raced = await Promise.all([1, 2, 3, 4].map(() => redeem(world, client, code, way)))
  const won = raced.flatMap(({ grant }) => (grant === undefined ? [] : [grant]))
  if (won.length > 1) complain(world, `wrong yes: one code gave ${won.length} grants`, way.kind, code)
  const lost = raced.filter(({ verdict }) => verdict === 'no')
  const answered = Math.max(...raced.map(({ reply }) => reply.answered))
  const ending = { sent: code.issued.answered, answered, sure: lost.length > 0 }
  for (const grant of won) {
    bury(world, random, grant, ending, 'a race for its code')
    await probe(world, grant.access, client.holds, random.pick(WAYS), 'token after a race for its code')
  }
}

/** Refreshes at once: at most one access token of the grant lives afterwards. */
const racesForRefresh: Story = async (world, random) => {
  const grant = await newGrant(world, random, random.pick(world.clients))
  if (grant?.refresh === undefined) return keep(world, random, grant)
  const { client, refresh: token } = grant
  // In this race nobody knows which answer is the last one.
  const racer = (): Grant => ({ ...grant, replaced: [], access: grant.access })
  const racers = [1, 2, 3].map(racer)
  token.end({ sent: performance.now(), answered: Infinity, sure: false }, 'a race')
  const way = rightWay(client, random.pick(FACES), 'race for a refresh')
  await Promise.all(racers.map((each) => refresh(world, each, way)))
  const issued = racers.map(({ access }) => access).filter((access) => access !== grant.access)
  for (const access of issued)
    access.end({ sent: access.issued.sent, answered: Infinity, sure: false }, 'a race')
  const verdicts = await Promise.all(
    issued.map((access) => probe(world, access, client.holds, 'holder', 'token after a race')),
  )
  const alive = verdicts.filter((verdict) => verdict === 'yes').length
  if (alive > 1) complain(world, `wrong yes: ${alive} access tokens of one grant are alive`, way.kind, token)
  await discard(world, random, racers.find(({ access }) => access !== grant.access) ?? grant)
}

/** A replaced refresh token ends the grant when it comes 10 seconds later (decision D39). */
const FORGIVEN_MILLISECONDS = 9000

/** A refresh token that was replaced twice is stolen: the grant ends. One that was just replaced is only refused. */
const replaysRefreshToken: Story = async (world, random) => {
  const grant = await newGrant(world, random, random.pick(world.clients))
  if (grant?.refresh === undefined || world.refreshes === 'kept') return keep(world, random, grant)
  const { client, refresh: first } = grant
  const way = (kind: string) => rightWay(client, random.pick(FACES), kind)
  const once = await refresh(world, grant, way('refresh'))
  if (once?.verdict !== 'yes') return keep(world, random, grant)
  if (world.refreshes === 'rotated') {
    const wrong = 'it was just replaced'
    const again = await refresh(world, grant, { ...way('refresh token just replaced'), wrong }, first)
    const late = again === undefined || again.reply.answered - once.reply.sent > FORGIVEN_MILLISECONDS
    if (late) return discard(world, random, grant)
    await probe(world, grant.access, client.holds, random.pick(WAYS))
  }
  const twice = await refresh(world, grant, way('refresh'))
  if (twice?.verdict !== 'yes') return keep(world, random, grant)
  const wrong = 'it was replaced twice'
  const replayed = await refresh(world, grant, { ...way('replayed refresh token'), wrong }, first)
  if (replayed === undefined) return
  bury(
    world,
    random,
    grant,
    { ...replayed.reply, sure: replayed.verdict === 'no' },
    'reuse of its refresh token',
  )
  await probe(world, grant.access, client.holds, random.pick(WAYS), 'token after a reuse')
}

/** No certificate, and one of no trusted CA, do not come through the mutual-TLS domain. */
const comesUntrusted: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  if (grant === undefined) return
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ token: grant.access.value }).toString()
  for (const as of [UNTRUSTED, undefined]) {
    const kind = as === undefined ? 'no certificate' : 'untrusted certificate'
    const { status } = await world.send({
      as,
      kind,
      path: '/introspection',
      headers: type,
      body,
      gateway: true,
    })
    if (![0, 403].includes(status)) world.report.fault('wrong yes', `${kind}: answered ${status}`)
  }
  await keep(world, random, grant)
}

export const HOSTILE: readonly (readonly [weight: number, story: Story])[] = [
  [4, stealsAccessToken],
  [3, stealsRefreshToken],
  [3, impersonates],
  [2, replaysCode],
  [1, racesForCode],
  [1, racesForRefresh],
  [2, replaysRefreshToken],
  [1, comesUntrusted],
]

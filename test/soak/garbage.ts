import { Agent } from 'node:https'
import { ROUTES } from '../../infra/deployed-routes.ts'
import { THIEF } from './identities.ts'
import { probe, probeForged, WAYS } from './probes.ts'
import type { Random } from '../support/random.ts'
import { keep, someGrant, type Story } from './stories.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/jose', '']

/** Any request at all: only its answer is judged, which must be documented. */
const sendsGarbage: Story = async (world, random) => {
  for (let times = 0; times < 4; times++) {
    const plain = random.int(2) === 0
    const method = random.pick(METHODS)
    const authorization = random.pick([
      ...[
        `Bearer ${world.seeded.serviceAccessToken}`,
        `Bearer ${random.int(1e9)}`,
        'Basic !!',
        'Basic OjpvOg==',
      ],
      `Digest ${random.int(1e9)}`,
    ])
    const body = method === 'GET' ? undefined : garbage(random)
    await world.send({
      ...{
        as: plain ? undefined : THIEF,
        on: plain ? 'plain' : 'mutual TLS',
        kind: 'garbage',
        method,
        gateway: true,
      },
      path: somePath(random, world.seeded.serviceId),
      headers: { authorization, 'content-type': random.pick(TYPES) },
      ...(body === undefined ? {} : { body }),
    })
  }
}

/** Never a call that changes the service or its clients: their truth must stay known. */
const HARMLESS = Object.keys(ROUTES).filter(
  (path) => !/\/(service|client)\/(create|update|delete|secret|lock)/.test(path),
)

function somePath(random: Random, serviceId: number): string {
  const template = random.pick(HARMLESS).replace('{serviceId}', String(serviceId))
  const path = template.replaceAll(/\{\w+\+?\}/g, () =>
    random.pick(['1', '%00', 'a'.repeat(300), '..', '%e2%82']),
  )
  const made = [
    path,
    `${path}?${new URLSearchParams({ a: random.text(20) }).toString()}`,
    `${path}/`,
    '//',
    '/%2e%2e/token',
  ]
  return random.pick(made)
}

function garbage(random: Random): string | Buffer {
  const text = random.text(random.int(300))
  const shapes: readonly (() => string | Buffer)[] = [
    () => text,
    () => `{"token":${JSON.stringify(text)}}`,
    () => `{"token":"a","token":"b","parameters":${'['.repeat(random.int(200))}`,
    () => `grant_type=${encodeURIComponent(text)}&grant_type=refresh_token&client_id=%zz`,
    () => `token=${encodeURIComponent(text)}&token=${'a'.repeat(random.int(5000))}`,
    () => Buffer.from(Array.from({ length: random.int(200) }, () => random.int(256))),
    () => `parameters=${'x'.repeat(random.int(70_000))}`,
  ]
  return random.pick(shapes)()
}

/** Too much for the gateway. */
const sendsTooMuch: Story = async ({ send }, random) => {
  const headers = { 'x-long': 'a'.repeat(11_000 + random.int(1000)) }
  await send({ as: THIEF, kind: 'headers too long', path: '/token', headers, gateway: true })
}

const LETTERS = 'A B C D E F a b c d e f 0 1 2 3 4 5 - _'.split(' ')

/** The token of the holder with one thing changed. */
const forges: Story = async (world, random) => {
  const grant = await someGrant(world, random)
  if (grant === undefined) return
  const { access, client } = grant
  const { value } = access
  const at = random.int(value.length)
  const other = random.pick(LETTERS.filter((letter) => letter !== value[at]))
  const forged = [
    ...[value.slice(0, at) + other + value.slice(at + 1), value.slice(0, -1), `${value}A`, `${value}=`],
    ...[`${value}.`, value.toUpperCase(), `${value} ${value}`, value.slice(at) + value.slice(0, at)],
  ].filter((each) => each !== value)
  await probeForged(world, random.pick(forged), client.holds, random.pick(WAYS))
  await probe(world, access, client.holds, random.pick(WAYS))
  await keep(world, random, grant)
}

const FLOOD = 24

/** One client with many connections at once, half of the time with a token that is not its own. */
const floods: Story = async (world, random) => {
  const [own, stolen] = [await someGrant(world, random), await someGrant(world, random)]
  if (own === undefined || stolen === undefined) return
  const as = own.client.holds
  const agent = new Agent({ ...world.identity(as), keepAlive: true, maxSockets: FLOOD })
  const flood = {
    ...world,
    send: (asked: Parameters<typeof world.send>[0]) => world.send({ ...asked, agent }),
  }
  const asked = Array.from({ length: FLOOD }, (_, i) => (i % 2 === 0 ? own : stolen))
  await Promise.all(asked.map(({ access }) => probe(flood, access, as, 'holder', 'flood')))
  agent.destroy()
  await keep(world, random, own)
  await keep(world, random, stolen)
}

export const GARBAGE: readonly (readonly [weight: number, story: Story])[] = [
  [4, sendsGarbage],
  [1, sendsTooMuch],
  [3, forges],
  [1, floods],
]

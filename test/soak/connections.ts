import { connect, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { credentialsOf, type SoakClient } from './clients.ts'
import type { Grant } from './pool.ts'
import type { Random } from '../support/random.ts'
import { discard, keep, someGrant, type Story } from './stories.ts'
import { endAll, refresh, rightWay } from './token-endpoint.ts'
import { judgeUse } from './truth.ts'
import { complain } from './verdict.ts'
import type { World } from './world.ts'

/** A request by OAuth that can be sent in pieces. */
interface Pieces {
  readonly head: string
  readonly body: string
}

async function open({ identity, mtlsPort }: World, { holds }: SoakClient): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: mtlsPort, ...identity(holds) })
  await once(socket, 'secureConnect')
  // An end that the other side does not expect is the point here.
  socket.on('error', () => socket.destroy())
  return socket
}

function pieces(path: string, parameters: Readonly<Record<string, string>>): Pieces {
  const body = new URLSearchParams(parameters).toString()
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/x-www-form-urlencoded',
  ]
  return {
    head: [...lines, `content-length: ${body.length}`, 'connection: close', '', ''].join('\r\n'),
    body,
  }
}

/** The places at which a client leaves: before its request is whole, or after. */
const LEAVES = [
  'after the handshake',
  'in the header',
  'in the body',
  'before the answer',
  'in the answer',
] as const

/** Clients that authenticate in the form. A request that is not whole changes nothing. */
const leaves: Story = async (world, random) => {
  const grant = await someGrant(world, random, isPlain)
  if (grant?.refresh === undefined) return keep(world, random, grant)
  const where = random.pick(LEAVES)
  const { parameters } = await credentialsOf(grant.client, world.issuer)
  const form = { ...parameters, grant_type: 'refresh_token', refresh_token: grant.refresh.value }
  const sent = performance.now()
  await leave(await open(world, grant.client), pieces('/token', form), where)
  world.report.request(`leaves ${where}`, 'none', performance.now() - sent)
  if (!where.endsWith('answer')) {
    await refresh(world, grant, rightWay(grant.client, 'OAuth', 'refresh after a broken request'))
    return keep(world, random, grant)
  }
  endAll(grant, { sent, answered: performance.now(), sure: false }, 'a refresh whose answer nobody read')
  return discard(world, random, grant)
}

const isPlain = ({ refresh: token, client: { method } }: Grant) =>
  token !== undefined && ['NONE', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'].includes(method)

async function leave(
  socket: TLSSocket,
  { head, body }: Pieces,
  where: (typeof LEAVES)[number],
): Promise<void> {
  const parts = {
    'after the handshake': '',
    'in the header': head.slice(0, head.length / 2),
    'in the body': head + body.slice(0, body.length / 2),
    'before the answer': head + body,
    'in the answer': head + body,
  }
  const part = parts[where]
  if (part !== '') await new Promise((resolve) => socket.write(part, resolve))
  if (where === 'in the answer') await Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.destroy()
}

/** Sends a header, a body or both in small pieces, and gets the right answer in the end. */
const sendsSlowly: Story = async (world, random) => {
  const grant = await someGrant(world, random, ({ client }) => client.bound)
  if (grant === undefined) return
  const { access, client } = grant
  const { head, body } = pieces('/introspection', { token: access.value })
  const sent = performance.now()
  const socket = await open(world, client)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const closed = once(socket, 'close')
  const slow = random.pick(['header', 'body'] as const)
  if (slow === 'body') socket.write(head)
  await trickle(socket, slow === 'header' ? head : body, random)
  if (slow === 'header') socket.write(body)
  await closed
  judgeSlow(world, grant, `slow ${slow}`, answer, { sent, answered: performance.now() })
  await keep(world, random, grant)
}

function judgeSlow(
  world: World,
  { access }: Grant,
  kind: string,
  answer: string,
  span: { sent: number; answered: number },
) {
  const status = answer.slice(9, 12)
  world.report.request(kind, status === '' ? 'none' : status, span.answered - span.sent)
  if (world.outages.overlap(span)) return
  if (!['200', '401'].includes(status)) {
    world.report.fault('undocumented answer', `${kind}: ${answer.slice(0, 300)}`)
    return
  }
  const verdict = status === '200' ? 'yes' : 'no'
  // The store may be read long after the request began.
  const whole = verdict === 'yes' ? access.whyDead(span) : access.whyDoubtful(span)
  if (whole === undefined || verdict === 'yes') {
    complain(
      world,
      judgeUse(access, span, verdict, { certificate: access.boundTo, boundOnly: true }),
      kind,
      access,
    )
  }
}

async function trickle(socket: TLSSocket, text: string, random: Random): Promise<void> {
  const size = Math.ceil(text.length / (3 + random.int(4)))
  for (let at = 0; at < text.length; at += size) {
    socket.write(text.slice(at, at + size))
    await delay(20 + random.int(100))
  }
}

export const CONNECTIONS: readonly (readonly [weight: number, story: Story])[] = [
  [2, leaves],
  [2, sendsSlowly],
]

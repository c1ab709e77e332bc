import { ROUTES } from '../../infra/deployed-routes.ts'
import { boundTo, certificateOf } from '../model/presentation.ts'
import { introspect } from '../model/presenting-steps.ts'
import { chosen, holds, type Operations, pickHeld, type Step } from '../model/steps.ts'
import { isGood } from '../model/answers.ts'
import { seeded, type Random } from '../support/random.ts'
import { THIEF, UNTRUSTED } from './identities.ts'
import type { SoakPlay } from './play.ts'

const always = () => true

/** Steps that the model does not check, and steps that only an edge can receive. */
export const OTHER_STEPS: Operations<SoakPlay> = {
  garbage: { weight: 14, fits: always, take: sendGarbage },
  tooMuch: { weight: 2, fits: always, take: sendTooMuch },
  forge: { weight: 6, fits: holds('access'), take: forge },
  flood: { weight: 2, fits: holds('access'), take: flood },
  untrusted: { weight: 3, fits: holds('access'), take: comeUntrusted },
  read: { weight: 3, fits: always, take: read },
  format: { weight: 2, fits: always, take: changeFormat },
}

const randomOf = ({ pick, other, how = 0 }: Step, { now }: SoakPlay) =>
  seeded(pick + 12 * other + 144 * how + now)

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/jose', '']

/** Any request at all: only its answer is judged, which must be documented. */
async function sendGarbage(play: SoakPlay, step: Step): Promise<void> {
  const { sendAsked, service } = play.world
  const random = randomOf(step, play)
  const isPlain = random.int(2) === 0
  const method = random.pick(METHODS)
  const authorization = random.pick([
    ...[`Bearer ${service.manage}`, `Bearer ${random.int(1e9)}`, `Digest ${random.int(1e9)}`],
    ...['Basic !!', 'Basic OjpvOg=='],
  ])
  await sendAsked({
    ...{ as: isPlain ? undefined : THIEF, on: isPlain ? 'plain' : 'mutual TLS', gateway: true },
    ...{ kind: 'garbage', method, path: somePath(random, service.number) },
    headers: { authorization, 'content-type': random.pick(TYPES) },
    body: method === 'GET' ? undefined : garbage(random),
  })
}

/** Never a call that changes the service or its clients: the model must know them. */
const HARMLESS = Object.keys(ROUTES).filter(
  (path) => !/\/(service|client)\/(create|update|delete|secret|lock)/.test(path),
)

function somePath(random: Random, serviceId: number): string {
  const template = random.pick(HARMLESS).replace('{serviceId}', String(serviceId))
  const path = template.replaceAll(/\{\w+\+?\}/g, () =>
    random.pick(['1', '%00', 'a'.repeat(300), '..', '%e2%82']),
  )
  const query = new URLSearchParams({ a: random.text(20) }).toString()
  return random.pick([path, `${path}?${query}`, `${path}/`, '//', '/%2e%2e/token'])
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
async function sendTooMuch({ world }: SoakPlay, { pick }: Step): Promise<void> {
  const headers = { 'x-long': 'a'.repeat(11_000 + 90 * pick) }
  await world.sendAsked({ as: THIEF, kind: 'headers too long', path: '/token', headers, gateway: true })
}

/** A token with one thing changed, with the certificate that it is bound to. */
async function forge(play: SoakPlay, step: Step): Promise<void> {
  const { text, grant } = pickHeld(play, step, 'access')
  const at = randomOf(step, play).int(text.length)
  const forged = chosen(
    [
      ...[text.slice(0, -1), `${text}A`, `${text}=`, `${text}.`, text.toUpperCase(), `${text} ${text}`],
      text.slice(at) + text.slice(0, at),
    ].filter((each) => each !== text),
    step.pick,
  )
  const clientCertificate = certificateOf(play, boundTo(grant).certificate)
  const answer =
    step.other % 2 === 0
      ? await play.sendForm(0, '/introspection', { token: forged }, clientCertificate)
      : await play.call(0, grant.client.service, '/auth/introspection', { token: forged, clientCertificate })
  if (isGood(answer) && answer.status !== 0) play.fail(`nobody has issued ${forged}, but it was accepted`)
}

const FLOOD = 24

/** One client with many requests at once. */
async function flood(play: SoakPlay, step: Step): Promise<void> {
  const asked = Array.from({ length: FLOOD }, (_, pick) => ({ ...step, pick, how: 1 }))
  await Promise.all(asked.map((each) => introspect(play, each)))
}

/** No certificate, and one of no trusted CA, do not come through the mutual-TLS domain. */
async function comeUntrusted(play: SoakPlay, step: Step): Promise<void> {
  const { text } = pickHeld(play, step, 'access')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ token: text }).toString()
  for (const as of [UNTRUSTED, undefined]) {
    const kind = as === undefined ? 'no certificate' : 'untrusted certificate'
    const asked = { as, kind, path: '/introspection', headers, body, gateway: true }
    const { status } = await play.world.sendAsked(asked)
    if (![0, 403].includes(status)) play.fail(`${kind}: answered ${status}`)
  }
}

const READS = [
  ...['/client/get/list?start=0&end=5', '/service/get', '/service/configuration'],
  '/auth/token/get/list?start=0&end=5&subject=nobody',
]

async function read({ world }: SoakPlay, { pick }: Step): Promise<void> {
  const { number, manage } = world.service
  const headers = { authorization: `Bearer ${manage}` }
  const path = `/api/${number}${chosen(READS, pick)}`
  await world.sendAsked({ as: undefined, on: 'plain', kind: `GET ${path}`, method: 'GET', path, headers })
  await world.sendAsked({ as: undefined, on: 'plain', kind: 'keys', method: 'GET', path: '/jwks' })
}

/** New access tokens are JWTs, or opaque again; the older ones go on. */
async function changeFormat(play: SoakPlay, { pick }: Step): Promise<void> {
  const accessTokenSignAlg = chosen(['ES256', null], pick)
  await play.call(0, play.world.service, '/service/update', { accessTokenSignAlg })
}

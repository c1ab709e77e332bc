import { basicHeader } from './clients.ts'
import type { Reply } from './requests.ts'
import { judgeUse, type Token } from './truth.ts'
import { complain, contentIn, outcomeOf, type Verdict, verdictOf } from './verdict.ts'
import type { World } from './world.ts'

/** Who asks about an access token. */
export const WAYS = ['holder', 'Web API', 'standard', 'standard, Web API'] as const
export type ProbeWay = (typeof WAYS)[number]

interface Probe {
  readonly reply: Reply
  readonly isYes: boolean
  /** What the answer reports as the certificate of the token. */
  readonly thumbprint: unknown
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** How each way asks; a holder presents the certificate of `as`, on the domain without mutual TLS if there is none. */
const ASK: Readonly<
  Record<ProbeWay, (world: World, token: string, as: string | undefined, kind: string) => Promise<Probe>>
> = {
  holder: async ({ send }, token, as, kind) => {
    const on = as === undefined ? ('plain' as const) : ('mutual TLS' as const)
    const body = new URLSearchParams({ token }).toString()
    const reply = await send({ as, on, kind, path: '/introspection', headers: FORM, body })
    return { reply, isYes: reply.status === 200, thumbprint: thumbprintIn(reply.json) }
  },
  'Web API': async ({ webApi, identities }, token, as, kind) => {
    const certificate = as === undefined ? {} : { clientCertificate: identities.of(as).cert }
    const reply = await webApi(kind, '/auth/introspection', { token, ...certificate })
    return { reply, isYes: reply.json['action'] === 'OK', thumbprint: reply.json['certificateThumbprint'] }
  },
  standard: async ({ send, resourceServer }, token, _, kind) => {
    const { number, secret, holds } = resourceServer
    const headers = { ...FORM, authorization: basicHeader({ id: String(number), secret }) }
    const body = new URLSearchParams({ token }).toString()
    const reply = await send({ as: holds, kind, path: '/introspection/standard', headers, body })
    return { reply, isYes: reply.json['active'] === true, thumbprint: thumbprintIn(reply.json) }
  },
  'standard, Web API': async ({ webApi }, token, _, kind) => {
    const parameters = new URLSearchParams({ token }).toString()
    const reply = await webApi(kind, '/auth/introspection/standard', { parameters })
    const read = contentIn(reply.json)
    return { reply, isYes: read['active'] === true, thumbprint: thumbprintIn(read) }
  },
}

const thumbprintIn = ({ cnf }: Readonly<Record<string, unknown>>) =>
  (cnf as Record<string, unknown> | undefined)?.['x5t#S256']

/** Asks about an access token, and judges the answer. */
export async function probe(
  world: World,
  token: Token,
  as: string | undefined,
  way: ProbeWay,
  kind = 'introspection',
): Promise<Verdict> {
  const { reply, isYes, thumbprint } = await ASK[way](world, token.value, as, `${kind}, ${way}`)
  const verdict = verdictOf(reply, isYes)
  const about = `${kind}, ${way}, as ${as ?? 'nobody'}`
  token.note(reply, `${about}: ${verdict} ${outcomeOf(reply)}`)
  if (verdict === 'unknown') return verdict
  const possession = way.startsWith('standard') ? undefined : { certificate: as, boundOnly: way === 'holder' }
  complain(world, judgeUse(token, reply, verdict, possession), about, token)
  const bound = token.boundTo === undefined ? undefined : world.identities.thumbprint(token.boundTo)
  if (isYes && thumbprint !== bound) {
    complain(world, `wrong yes: the answer names the certificate ${String(thumbprint)}`, about, token)
  }
  return verdict
}

/** Any other text in the place of a token is refused. */
export async function probeForged(world: World, value: string, as: string, way: ProbeWay): Promise<void> {
  const { reply, isYes } = await ASK[way](world, value, as, `forged token, ${way}`)
  if (isYes) complain(world, `wrong yes: nobody has issued ${value}`, outcomeOf(reply))
}

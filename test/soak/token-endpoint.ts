import { randomBytes } from 'node:crypto'
import { basicHeader, type Credentials, credentialsOf, REDIRECT_URI, type SoakClient } from './clients.ts'
import type { Reply } from './requests.ts'
import { complain, contentIn, type Verdict, verdictOf } from './verdict.ts'
import { isDoubtful, judgeUse, Token } from './truth.ts'
import type { Grant } from './pool.ts'
import type { World } from './world.ts'

export const FACES = ['OAuth', 'Web API'] as const
type Face = (typeof FACES)[number]

/** How a request to the token endpoint is made. */
export interface Way {
  readonly kind: string
  readonly face: Face
  /** The identity whose certificate the client presents. */
  readonly as: string | undefined
  readonly credentials?: Credentials
  /** Why the request must be refused, whatever its token is. */
  readonly wrong?: string | undefined
}

/** By the client itself, with its certificate. */
export const rightWay = (client: SoakClient, face: Face, kind: string): Way => ({
  kind,
  face,
  as: client.holds,
})

export interface Asked {
  readonly reply: Reply
  readonly verdict: Verdict
  readonly content: Readonly<Record<string, unknown>>
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A request to `/token`, `/revocation` or what the Web API has for them. */
export async function asClient(
  world: World,
  client: SoakClient,
  endpoint: '/token' | '/revocation',
  asked: Readonly<Record<string, string>>,
  way: Way,
): Promise<Reply> {
  const { parameters, basic } = way.credentials ?? (await credentialsOf(client, world.issuer))
  const body = new URLSearchParams({ ...parameters, ...asked }).toString()
  world.watch.keep(...Object.values(parameters).filter((value) => value.length > 40))
  const kind = `${way.kind}, ${way.face}`
  if (way.face === 'OAuth') {
    const on = way.as === undefined ? ('plain' as const) : ('mutual TLS' as const)
    const headers = { ...FORM, ...(basic && { authorization: basicHeader(basic) }) }
    return world.send({ as: way.as, on, kind, path: endpoint, headers, body })
  }
  return world.webApi(kind, `/auth${endpoint}`, {
    parameters: body,
    ...(basic && { clientId: basic.id, clientSecret: basic.secret }),
    ...(way.as !== undefined && { clientCertificate: world.identities.of(way.as).cert }),
  })
}

async function askForTokens(
  world: World,
  client: SoakClient,
  asked: Readonly<Record<string, string>>,
  way: Way,
): Promise<Asked> {
  const reply = await asClient(world, client, '/token', asked, way)
  const content = contentIn(reply.json)
  for (const name of ['access_token', 'refresh_token']) {
    if (typeof content[name] === 'string') world.watch.keep(content[name])
  }
  return { reply, content, verdict: verdictOf(reply, typeof content['access_token'] === 'string') }
}

const VERIFIER = randomBytes(32).toString('base64url')
const CODE_SECONDS = 60

/** An end-user agrees. @returns `undefined` if there is no code */
export async function authorize(world: World, client: SoakClient, scope: string): Promise<Token | undefined> {
  const parameters = new URLSearchParams({
    ...{ response_type: 'code', client_id: String(client.number), redirect_uri: REDIRECT_URI, scope },
    ...{ code_challenge: VERIFIER, code_challenge_method: 'plain', state: 'soak' },
  })
  const asked = await world.webApi('authorization', '/auth/authorization', { parameters: String(parameters) })
  const ticket = member(world, client, asked, 'ticket', asked.sent)
  if (ticket === undefined) return undefined
  const agreed = { ticket, subject: 'testuser01' }
  const issued = await world.webApi('authorization issue', '/auth/authorization/issue', agreed)
  const value = member(world, client, issued, 'authorizationCode', asked.sent)
  if (value === undefined) return undefined
  const { truth } = client
  return new Token({ kind: 'code', value, client: truth, boundTo: undefined, issued, seconds: CODE_SECONDS })
}

/** A secret member of an answer. Without it the answer is a wrong no, unless the client may be locked or cut off since then. */
function member(
  world: World,
  client: SoakClient,
  reply: Reply,
  name: string,
  since: number,
): string | undefined {
  const value = reply.json[name]
  if (typeof value === 'string') {
    world.watch.keep(value)
    return value
  }
  const doubtful = isDoubtful(client.truth, { sent: since, answered: reply.answered })
  if (verdictOf(reply, false) === 'no' && !doubtful) {
    complain(world, `wrong no: there is no ${name}`, JSON.stringify(reply.json))
  }
  return undefined
}

export async function redeem(
  world: World,
  client: SoakClient,
  code: Token,
  way: Way,
  redirectUri = REDIRECT_URI,
): Promise<{ readonly verdict: Verdict; readonly grant?: Grant; readonly reply: Reply }> {
  const asked = {
    grant_type: 'authorization_code',
    code: code.value,
    redirect_uri: redirectUri,
    code_verifier: VERIFIER,
  }
  const { reply, verdict, content } = await askForTokens(world, client, asked, way)
  code.note(reply, `${way.kind} by ${way.as ?? 'nobody'}: ${verdict}`)
  complain(world, judge(code, reply, verdict, way), way.kind, code)
  const grant = verdict === 'yes' ? grantOf(client, content, reply, way, code) : undefined
  return { verdict, reply, ...(grant && { grant }) }
}

/** Client credentials. */
export async function grantItself(
  world: World,
  client: SoakClient,
  scope: string,
  way: Way,
): Promise<Grant | undefined> {
  const asked = { grant_type: 'client_credentials', scope }
  const { reply, verdict, content } = await askForTokens(world, client, asked, way)
  if (verdict === 'yes' && way.wrong !== undefined) complain(world, `wrong yes: ${way.wrong}`, way.kind)
  if (verdict === 'no' && way.wrong === undefined && !isDoubtful(client.truth, reply)) {
    complain(world, 'wrong no: nothing is wrong with it', `${way.kind} ${JSON.stringify(reply.json)}`)
  }
  return verdict === 'yes' ? grantOf(client, content, reply, way) : undefined
}

/** If it succeeds, the grant has the new tokens; if nothing is known, its tokens may have ended. */
export async function refresh(
  world: World,
  grant: Grant,
  way: Way,
  presented = grant.refresh,
): Promise<Asked | undefined> {
  const { client, access } = grant
  if (presented === undefined) return undefined
  const asked = { grant_type: 'refresh_token', refresh_token: presented.value }
  const answered = await askForTokens(world, client, asked, way)
  const { reply, verdict, content } = answered
  presented.note(reply, `${way.kind} by ${way.as ?? 'nobody'}: ${verdict}`)
  complain(world, judge(presented, reply, verdict, way), way.kind, presented)
  if (verdict === 'yes') {
    access.end({ ...reply, sure: true }, 'a refresh')
    const next = grantOf(client, content, reply, way)
    grant.access = next.access
    if (next.refresh !== undefined && next.refresh.value !== presented.value) {
      grant.replaced.push({ value: presented.value, at: reply })
      presented.end({ ...reply, sure: world.refreshes === 'rotated' }, 'its rotation')
      grant.refresh = next.refresh
    }
  } else if (verdict === 'unknown') {
    endAll(grant, { ...reply, sure: false }, 'a refresh without an answer')
  }
  return answered
}

export function endAll(
  { access, refresh, code }: Grant,
  ending: Parameters<Token['end']>[0],
  how: string,
): void {
  for (const token of [access, refresh, code]) token?.end(ending, how)
}

function judge(token: Token, reply: Reply, verdict: Verdict, { as, wrong }: Way): string | undefined {
  if (verdict === 'unknown') return undefined
  if (wrong === undefined) return judgeUse(token, reply, verdict, { certificate: as, boundOnly: false })
  return verdict === 'yes' ? `wrong yes: ${wrong}` : undefined
}

/** Clients that prove themselves by more than a secret may change their certificate (architecture, section 4). */
const PROVING = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT']

/** RFC 6749 section 5.1. */
interface TokenContent {
  readonly access_token: string
  readonly refresh_token?: string
  readonly expires_in: number
}

function grantOf(
  client: SoakClient,
  content: Asked['content'],
  issued: Reply,
  { as }: Way,
  code?: Token,
): Grant {
  const {
    access_token: access,
    refresh_token: refresh,
    expires_in: seconds,
  } = content as unknown as TokenContent
  const boundTo = client.bound ? as : undefined
  const common = { client: client.truth, issued }
  const refreshBound = PROVING.includes(client.method) ? undefined : boundTo
  return {
    ...{ client, code, replaced: [] },
    access: new Token({ ...common, kind: 'access', value: access, boundTo, seconds }),
    refresh:
      refresh === undefined
        ? undefined
        : new Token({ ...common, kind: 'refresh', value: refresh, boundTo: refreshBound, seconds: 864_000 }),
  }
}

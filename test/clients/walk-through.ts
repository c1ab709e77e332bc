import { decodeJwt } from 'jose'
import type { TokenEndpointResponse } from 'oauth4webapi'
import { expect } from 'vitest'
import { thumbprintOf } from '../support/vectors.ts'
import { SUBJECT } from '../support/walk.ts'
import type { Deployment } from './deployment.ts'
import { type Kind, SECRET_BASIC } from './kinds.ts'
import { failure, type OAuthClient, type Open } from './libraries.ts'

export const FORMATS = ['opaque', 'JWT'] as const
export type Format = (typeof FORMATS)[number]

export const INVALID_TOKEN = '401 bearer invalid_token'
export const INVALID_CLIENT = '401 invalid_client'

export function setFormat({ walk }: Deployment, format: Format): Promise<void> {
  return walk.setService({ accessTokenSignAlg: format === 'JWT' ? 'ES256' : undefined })
}

/** A client of a kind, the same client over other connections, and a resource server of the same kind. */
export async function parties(open: Open, deployment: Deployment, kind: Kind) {
  const { walk } = deployment
  const client = await walk.addClient(kind.settings)
  const resourceServerKind = kind.settings.tokenAuthMethod === 'NONE' ? SECRET_BASIC : kind
  const resourceServer = await walk.addClient(resourceServerKind.settings, {
    ...{ grantTypes: [], resourceServerAudiences: [deployment.issuer] },
  })
  const as = (certificate?: string, aliases = true) =>
    open(deployment, { kind, client, certificate, aliases })
  return {
    own: await as(kind.holds),
    resourceServer: await open(deployment, {
      ...{ kind: resourceServerKind, client: resourceServer, certificate: resourceServerKind.holds },
    }),
    /** Over a connection with another certificate; without one on the plain domain. */
    as: (certificate?: string) => as(certificate, certificate !== undefined),
    withoutOnMutualTls: () => as(undefined, true),
  }
}

type Parties = Awaited<ReturnType<typeof parties>>

/** RFC 8705 section 3.2: the confirmation of the token's certificate, as OpenSSL computes it. */
export function cnfOf(name: string) {
  return { 'x5t#S256': thumbprintOf(name) }
}

/** Only the holder of the certificate can use the token, and introspection reports its binding. */
async function expectBound(
  { access_token: token }: TokenEndpointResponse,
  holds: string,
  { own, resourceServer }: Parties,
  format: Format,
): Promise<void> {
  const about = { active: true, cnf: cnfOf(holds), token_type: 'Bearer', scope: 'accounts:read' }
  expect(await resourceServer.introspect(token)).toMatchObject(about)
  expect(await own.use(token)).toBe(200)
  expect(token.split('.').length).toBe(format === 'JWT' ? 3 : 1)
  if (format === 'JWT') expect(decodeJwt(token)).toMatchObject({ cnf: about.cnf, scope: about.scope })
}

/** From an authorization request to the end of the grant, by what holds the right certificate at every step. */
export async function codeFlow(acting: Parties, kind: Kind, format: Format): Promise<void> {
  const { own, resourceServer } = acting
  const first = await own.exchange(await own.authorize('accounts:read'))
  await expectBound(first, kind.holds, acting, format)
  await expectOwnIntrospection(own, kind, first.access_token)

  const second = await own.refresh(first.refresh_token ?? '')
  await expectBound(second, kind.holds, acting, format)
  expect(await resourceServer.introspect(first.access_token)).toEqual({ active: false })
  expect(await failure(own.use(first.access_token))).toBe(INVALID_TOKEN)

  await own.revoke(second.refresh_token ?? '')
  expect(await resourceServer.introspect(second.access_token)).toEqual({ active: false })
  expect(await failure(own.use(second.access_token))).toBe(INVALID_TOKEN)
  expect(await failure(own.refresh(second.refresh_token ?? ''))).toBe('400 invalid_grant')
}

async function expectOwnIntrospection(own: OAuthClient, kind: Kind, token: string): Promise<void> {
  if (kind.settings.tokenAuthMethod === 'NONE') {
    expect(await failure(own.introspect(token))).toBe(INVALID_CLIENT)
    return
  }
  expect(await own.introspect(token)).toMatchObject({ active: true, sub: SUBJECT, cnf: cnfOf(kind.holds) })
}

/** Client credentials: a token, introspection by its client and by the resource server, revocation. */
export async function clientCredentials(acting: Parties, kind: Kind, format: Format): Promise<void> {
  const { own, resourceServer } = acting
  const tokens = await own.credentials('accounts:read')
  expect(tokens).not.toHaveProperty('refresh_token')
  await expectBound(tokens, kind.holds, acting, format)
  expect(await own.introspect(tokens.access_token)).toMatchObject({ active: true, cnf: cnfOf(kind.holds) })
  await own.revoke(tokens.access_token)
  expect(await resourceServer.introspect(tokens.access_token)).toEqual({ active: false })
  expect(await failure(own.use(tokens.access_token))).toBe(INVALID_TOKEN)
}

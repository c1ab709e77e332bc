import { outcome } from '../../support/answers.ts'
import type { Received } from '../../support/gateway.ts'
import type { TestClient, Walk } from '../../support/walk.ts'

export const LIVE = {
  introspection: 'OK A056001',
  refresh: 'OK A053001',
  code: 'OK A050001',
  ticket: 'LOCATION A040001',
}
export const LOCKED = {
  introspection: 'UNAUTHORIZED A057394 invalid_token',
  refresh: 'INVALID_CLIENT A048307 invalid_client',
  code: 'INVALID_CLIENT A048307 invalid_client',
  ticket: 'BAD_REQUEST A010307 unauthorized_client',
}
export const DELETED = {
  introspection: 'UNAUTHORIZED A057393 invalid_token',
  refresh: 'INVALID_CLIENT A048304 invalid_client',
  code: 'INVALID_CLIENT A048304 invalid_client',
  ticket: 'BAD_REQUEST A010304 invalid_request',
}
/** The outcome for a deleted client whose record is still in the cache. */
export const BY_STATE = 'INVALID_CLIENT A048306 invalid_client'
export const CUT_OFF = {
  introspection: 'UNAUTHORIZED A057395 invalid_token',
  refresh: 'BAD_REQUEST A053391 invalid_grant',
  code: 'BAD_REQUEST A050391 invalid_grant',
  ticket: 'BAD_REQUEST A041391 invalid_request',
}

/** One of everything of a client that can be presented. */
export async function hold(walk: Walk, client: TestClient) {
  const { access, refresh } = await walk.granted(client)
  const code = await walk.code(client)
  return { access, refresh, code, ticket: (await walk.authorize(client)).json['ticket'] }
}

export type Held = Awaited<ReturnType<typeof hold>>

/** Presents everything, which consumes what is valid. */
export async function present(
  { access, refresh, code, ticket }: Held,
  to: {
    readonly introspect: (access: string) => Promise<Received>
    readonly refresh: (refreshToken: string) => Promise<Received>
    readonly redeem: (code: string) => Promise<Received>
    readonly issue: (ticket: unknown) => Promise<Received>
  },
) {
  return {
    introspection: outcome(await to.introspect(access)),
    refresh: outcome(await to.refresh(refresh)),
    code: outcome(await to.redeem(code)),
    ticket: outcome(await to.issue(ticket)),
  }
}

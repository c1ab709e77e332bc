import { authenticated, form, REDIRECT_URI, type AnyWalk, type TestClient } from './walk.ts'
import type { CallOptions } from './gateway.ts'

type Members = Readonly<Record<string, unknown>>

/** The requests of a client and an authorization server for a pushed authorization request, through the Web API. */
export function pushing({ call }: Pick<AnyWalk, 'call'>) {
  const push = (
    client: TestClient,
    parameters: Members = {},
    members: Members = {},
    options?: CallOptions,
  ) => {
    const asked = { response_type: 'code', redirect_uri: REDIRECT_URI, ...parameters }
    return call('/pushed_auth_req', { ...authenticated(client, asked), ...members }, options)
  }
  /** The request URI. */
  const pushed = async (client: TestClient, parameters: Members = {}) =>
    (await push(client, parameters)).json['requestUri'] as string
  /** An authorization request that has only the client ID and a request URI. */
  const start = (client: TestClient, requestUri: string, parameters: Members = {}) =>
    call('/auth/authorization', {
      parameters: form({ client_id: client.id, request_uri: requestUri, ...parameters }),
    })
  return { push, pushed, start }
}

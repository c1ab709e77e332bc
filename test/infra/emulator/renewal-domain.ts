import type { X509Certificate } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { deployedFunctions } from '../../../infra/emulator/site/deployed-functions.ts'
import { mutualTlsEdge } from '../../../infra/emulator/edge/edge.ts'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import { API_IDS, MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { REDIRECT_URI, type TestClient, type Walk } from '../../support/walk.ts'
import { identity, type makeIdentity, vector } from './tls-client.ts'

export type Pair = Awaited<ReturnType<typeof makeIdentity>>

/** The mutual-TLS domain with this trust store. To change the trust store, call it again: on AWS that is `UpdateDomainName`. */
export async function openDomain(walk: Walk, truststore: readonly X509Certificate[]) {
  const { port, close } = await mutualTlsEdge({
    ...{ routes: deployedFunctions(walk.runtime), domainName: MTLS_DOMAIN, apiId: API_IDS[0] ?? '' },
    ...identity('server-localhost', 'ca-issuing'),
    truststore,
    onError: (error) => {
      throw error
    },
  })
  onTestFinished(close)

  /** In short: `200`, `400 invalid_grant`, `403 Forbidden`. */
  async function post(pair: Pair, path: string, members: Record<string, string>) {
    const form = new URLSearchParams(members).toString()
    const { status, text } = await mutualTlsRequest(
      `https://localhost:${port}${path}`,
      { ...pair, ca: vector('ca-root') },
      { form },
    )
    const json = JSON.parse(text) as Record<string, string | undefined>
    const said = json['error'] ?? json['message']
    return { short: said === undefined ? String(status) : `${status} ${said}`, json }
  }

  async function tokens(pair: Pair, client: TestClient, members: Record<string, string>) {
    const secret =
      client.settings.tokenAuthMethod === 'CLIENT_SECRET_POST' ? { client_secret: client.secret } : {}
    const { short, json } = await post(pair, '/token', { client_id: client.id, ...secret, ...members })
    return { short, access: json['access_token'] ?? '', refresh: json['refresh_token'] ?? '' }
  }

  return {
    /** The end-user signs in, and the client redeems the code. */
    signIn: async (pair: Pair, client: TestClient) => {
      const code = await walk.code(client)
      return tokens(pair, client, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })
    },
    refresh: (pair: Pair, client: TestClient, refresh_token: string) =>
      tokens(pair, client, { grant_type: 'refresh_token', refresh_token }),
    credentials: (pair: Pair, client: TestClient) =>
      tokens(pair, client, { grant_type: 'client_credentials' }),
    uses: async (pair: Pair, token: string) => (await post(pair, '/introspection', { token })).short,
  }
}

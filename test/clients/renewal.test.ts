import { X509Certificate } from 'node:crypto'
import * as openid from 'openid-client'
import { expect, onTestFinished, test } from 'vitest'
import { mutualTlsEdge } from '../../infra/emulator/edge/edge.ts'
import { deployedFunctions } from '../../infra/emulator/site/deployed-functions.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { announcementOf, CA, holder, type Holder, tlsClient } from '../support/announcements.ts'
import { API_IDS, MTLS_DOMAIN } from '../support/fixed-runtime.ts'
import { testRuntime } from '../support/test-runtime.ts'
import { tlsFetch } from '../support/tls-fetch.ts'
import { BOUND, EVERY_METHOD, openWalk, PUBLIC, type TestClient } from '../support/walk.ts'

/** `RENEWALS=500 npx vitest run test/clients/renewal.test.ts` renews for some minutes. */
const RENEWALS = Number(process.env['RENEWALS'] ?? 3)
const GRANTS = 2

const runtime = await testRuntime()

/** The mutual-TLS domain, and a client of another library over connections with any certificate. */
async function openDomain() {
  runtime.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  const walk = await openWalk(runtime, {
    ...{ apiKey: runtime.settings.serviceId ?? 0, ...EVERY_METHOD },
    clientCertificateIssuers: [CA.cert],
  })
  const { port, close } = await mutualTlsEdge({
    ...{ routes: deployedFunctions(runtime), domainName: MTLS_DOMAIN, apiId: API_IDS[0] ?? '' },
    ...identity('server-localhost', 'ca-issuing'),
    truststore: [new X509Certificate(CA.cert)],
    onError: (error) => {
      throw error
    },
  })
  onTestFinished(close)
  const url = `https://localhost:${port}`
  const metadata = { issuer: 'https://as.example.com', token_endpoint: `${url}/token` }
  const fetchAs = ({ cert, key }: Holder) => tlsFetch({ ca: vector('ca-root'), cert, key })
  const configure = (client: TestClient, held: Holder, method: openid.ClientAuth) => {
    const config = new openid.Configuration(metadata, client.id, undefined, method)
    config[openid.customFetch] = fetchAs(held)
    return config
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = async (held: Holder, path: string, members: Record<string, string>) =>
    (await fetchAs(held)(url + path, { headers, body: new URLSearchParams(members) })).status
  return { walk, configure, post }
}

test('a client that renews its certificate again and again under load is never refused', async () => {
  const { walk, configure, post } = await openDomain()
  let held = await holder('renewing')
  const [open, tls] = [
    await walk.addClient(PUBLIC, BOUND),
    await walk.addClient(tlsClient('renewing'), BOUND),
  ]
  const refreshTokens = await Promise.all(
    Array.from({ length: GRANTS }, async () => (await walk.granted(open, held.cert)).refresh),
  )
  /** Refreshes a grant, uses its token, and gets a token of the client's own, all with one certificate. */
  const work = async (grant: number, by: Holder) => {
    const token = refreshTokens[grant] ?? ''
    const { access_token, refresh_token } = await openid.refreshTokenGrant(
      configure(open, by, openid.None()),
      token,
    )
    refreshTokens[grant] = refresh_token ?? ''
    expect(await post(by, '/introspection', { token: access_token })).toBe(200)
    await openid.clientCredentialsGrant(configure(tls, by, openid.TlsClientAuth()))
  }
  const all = (by: (grant: number) => Holder) =>
    Promise.all(refreshTokens.map((_, grant) => work(grant, by(grant))))

  for (let renewal = 0; renewal < RENEWALS; renewal++) {
    const next = await holder('renewing')
    const announce = async (client: TestClient) => {
      const announcement = announcementOf(held, next, runtime.clock.now)
      expect(await post(held, '/certificate/announce', { client_id: client.id, announcement })).toBe(200)
      const named = { clientIdentifier: client.id, thumbprint: held.thumbprint }
      expect((await walk.call('/certificate/renewal/approve', named)).status).toBe(200)
    }
    // The client works while it announces, then with either certificate, and then only with the next one.
    const before = held
    await Promise.all([all(() => before), announce(open), announce(tls)])
    await all((grant) => (grant % 2 === 0 ? before : next))
    await all(() => next)
    held = next
  }
  // Without an announcement the grants stay where they are.
  await expect(work(0, await holder('renewing'))).rejects.toThrow()
})

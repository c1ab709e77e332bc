import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen, type Listening } from '../../../infra/connections/listen.ts'
import type { HeaderEdge } from '../../../shared/resource-server/edges.ts'
import { requireToken } from '../../../shared/resource-server/node.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { converse, send, vector } from '../../infra/emulator/tls-client.ts'
import { type Documented, ISSUERS } from '../../support/documented-tokens.ts'
import {
  CONFIGURATIONS,
  freePort,
  FRONTS,
  INSTALLED,
  MUTUAL_TLS,
  serverFor,
  start,
} from '../../support/fronts.ts'
import { ask, type Presented } from '../../support/resource-servers.ts'
import { HOLDER, signedTokens, THIEF, thumbprintOf } from '../../support/signed-tokens.ts'

test('the page has the configuration of each front that is run', () => {
  for (const { file } of Object.values(FRONTS)) expect([...CONFIGURATIONS.keys()]).toContain(file)
})

const { options, jwt } = signedTokens()
const bearer = { authorization: `Bearer ${jwt()}` }

/** Tokens as Keycloak makes them. The key of this issuer has the `kid` of the other one. */
const {
  issuer,
  audience,
  options: profile,
  header,
  access,
  identity: idToken,
} = ISSUERS['Keycloak'] as Documented
const keycloak = signedTokens(issuer)
const issuers = [options, { ...profile, issuer, audience, jwks: keycloak.options.jwks }]
const byKeycloak = (claims: object) => ({
  authorization: `Bearer ${keycloak.jwt({ client_id: undefined, ...claims }, header)}`,
})

/** The certificate of the holder in every form that a front sends, with the verdicts of fronts and guesses of their secret. */
const FORGED = {
  'ssl-client-cert': encodeURIComponent(HOLDER.cert),
  'ssl-client-verify': 'SUCCESS',
  'client-cert-sha256': Buffer.from(thumbprintOf(HOLDER), 'base64url').toString('hex'),
  'front-secret': 'x'.repeat(43),
}
const underscored = Object.fromEntries(
  Object.entries(FORGED).map(([name, value]) => [name.replaceAll('-', '_'), value]),
)
const doubled = Object.fromEntries(Object.entries(FORGED).map(([name, value]) => [name, [value, value]]))

describe.each(INSTALLED)('%s', (name, front) => {
  const reasons: string[] = []
  let folder: string
  let server: Listening
  let clients: { readonly port: number }
  let stop = () => Promise.resolve()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certbound-front-'))
    const edge = { name: name as HeaderEdge, proof: front.proof }
    const resource = protectedResource({ issuers, edge, onRefusal: (reason) => reasons.push(reason) })
    server = await listen(
      serverFor(
        front.proof,
        requireToken(resource, [], (_request, response) => response.end('served')),
      ),
    )
    clients = { port: await freePort() }
    stop = await start(front, folder, clients.port, server.port)
  })
  afterAll(async () => {
    await stop()
    await server.close()
    await rm(folder, { recursive: true })
  })

  const use = async (presented: Presented, headers: object = {}) => {
    reasons.length = 0
    const { status } = await ask(clients, { ...bearer, ...headers }, presented)
    return [status, ...reasons]
  }

  test('the holder of the certificate is served, also with its chain, and although others have sent headers', async () => {
    for (const headers of [{}, FORGED, doubled]) expect(await use(HOLDER, headers)).toEqual([200])
    const chained = { ...HOLDER, cert: HOLDER.cert + vector('ca-issuing') }
    expect(await use(chained)).toEqual([200])
  })

  test('another certificate and none are refused, with and without forged and doubled headers', async () => {
    for (const headers of [{}, FORGED, underscored, doubled]) {
      expect(await use(THIEF, headers)).toEqual([401, 'certificate-differs'])
      expect(await use({}, headers)).toEqual([401, 'certificate-missing'])
    }
  })

  test('the certificate of the holder behind that of a thief is not the one that counts', async () => {
    const two = { ...THIEF, cert: THIEF.cert + HOLDER.cert }
    expect(await use(two)).toEqual([401, 'certificate-differs'])
  })

  test('a token as Keycloak makes it passes with its certificate only, and an ID token does not', async () => {
    expect(await use(HOLDER, byKeycloak(access))).toEqual([200])
    expect(await use(THIEF, { ...FORGED, ...byKeycloak(access) })).toEqual([401, 'certificate-differs'])
    expect(await use({}, { ...FORGED, ...byKeycloak(access) })).toEqual([401, 'certificate-missing'])
    expect(await use(HOLDER, byKeycloak({ ...idToken, aud: audience }))).toEqual([401, 'id-token'])
    expect(await use(HOLDER, byKeycloak({ ...access, iss: options.issuer }))).toEqual([
      401,
      'signature-wrong',
    ])
  })

  test('a copied TLS session is worth nothing', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { said, session } = await converse(clients.port, { ...HOLDER, maxVersion })
      expect(said).toContain('HTTP/1.1 401')
      const copied = { maxVersion, ...(session === undefined ? {} : { session }) }
      expect(await use(copied)).toEqual([401, 'certificate-missing'])
    }
  })

  test('a request that does not come through the front is refused with every header', async () => {
    const direct = front.proof === MUTUAL_TLS ? [{}, HOLDER, THIEF] : [undefined]
    for (const headers of [{}, FORGED])
      for (const tls of direct) {
        reasons.length = 0
        expect((await send(server.port, { headers: { ...bearer, ...headers } }, tls)).status).toBe(401)
        expect(reasons).toEqual(['front-unproved'])
      }
  })
})

import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient } from '../../infra/emulator/site/seed.ts'
import { DEVELOPMENT_USER } from '../../infra/examples/authorization-server/start.ts'
import { requireCertificate } from '../../shared/certificate/pem.ts'
import { thumbprint } from '../../shared/certificate/thumbprint.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { type LocalSite, localSite } from '../infra/examples/authorization-server/local-site.ts'
import { csrfOf, logIn, userAgent } from '../infra/examples/authorization-server/user-agent.ts'
import { announcementOf, holder } from '../support/announcements.ts'
import { tlsFetch } from '../support/tls-fetch.ts'
import { REDIRECT_URI } from '../support/walk.ts'
import { BY_SUBJECT, byAssertion, type Kind, NONE, SECRET_BASIC, SECRET_POST, SELF_SIGNED } from './kinds.ts'

/** Opens the site of `npm start` for a third-party client, which knows the issuer and the CA of this machine. */
async function openSite(mtlsOnly = false): Promise<LocalSite> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-clients-'))
  const truststore = join(folder.path, 'clients.pem')
  await writeFile(truststore, ['ca-root', 'ca-issuing', 'self-signed-ec'].map(vector).join(''))
  return await localSite({ truststore, mtlsOnly })
}

/** Discovers the metadata by the issuer without a certificate. Afterwards the client presents its own. */
async function discover({ seeded, runtime, certificates: { ca } }: LocalSite, kind: Kind) {
  const { jwks, tlsClientAuthSubjectDn, ...settings } = kind.settings
  const { client, secret } = await addClient(runtime, seeded.serviceId, {
    ...{ ...settings, redirectUris: [REDIRECT_URI] },
    ...(tlsClientAuthSubjectDn !== undefined && { tlsClientAuthSubjectDn }),
    ...(jwks !== undefined && { jwks: JSON.stringify(jwks) }),
  })
  const { clientId: number } = client
  const id = String(number)
  const config = await openid.discovery(
    new URL(seeded.issuer),
    id,
    { use_mtls_endpoint_aliases: true },
    kind.authentication(openid, { id, number, secret, settings: client }),
    { algorithm: 'oauth2', [openid.customFetch]: tlsFetch({ ca: ca.cert }) },
  )
  config[openid.customFetch] = tlsFetch({ ca: ca.cert, ...identity(kind.holds) })
  return config
}

/** The status of the sample resource server, which asks introspection about the token. */
async function use({ examples, certificates: { ca } }: LocalSite, token: string, holds: string) {
  const headers = { authorization: `Bearer ${token}` }
  return (await tlsFetch({ ca: ca.cert, ...identity(holds) })(examples.librarySampleUrl, { headers })).status
}

async function expectGoodFor(site: LocalSite, token: string, { holds }: Kind): Promise<void> {
  expect(await use(site, token, holds)).toBe(200)
  expect(await use(site, token, 'client-rsa-2048')).toBe(401)
}

/** The status of an announcement by a public client, which has the endpoint from the metadata. */
async function announce({ seeded, runtime, certificates: { ca } }: LocalSite, config: openid.Configuration) {
  const { client_id } = config.clientMetadata()
  const { mtls_endpoint_aliases: aliases, ...plain } = config.serverMetadata()
  const { certbound_certificate_announcement_endpoint: url = '' } = { ...plain, ...aliases } as Record<
    string,
    string
  >
  const present = identity(NONE.holds)
  const from = { ...present, thumbprint: thumbprint(requireCertificate(present.cert)) }
  const announcement = announcementOf(from, await holder('next'), runtime.now(), {
    claims: { aud: seeded.issuer },
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ client_id, announcement })
  return (await tlsFetch({ ca: ca.cert, ...present })(url, { headers, body })).status
}

describe('on both domains', () => {
  let site: LocalSite
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  test.each<[string, Kind | Promise<Kind>]>([
    ['client_secret_basic', SECRET_BASIC],
    ['client_secret_post', SECRET_POST],
    ['private_key_jwt', byAssertion('ES256')],
    ['tls_client_auth', BY_SUBJECT],
    ['self_signed_tls_client_auth', SELF_SIGNED],
  ])(
    'openid-client needs only the issuer and the CA of npm start for a bound token by %s',
    async (method, pending) => {
      const kind = await pending
      const config = await discover(site, kind)
      const { mtls_endpoint_aliases: aliases, ...metadata } = config.serverMetadata()
      expect(metadata.token_endpoint_auth_methods_supported).toContain(method)
      expect(metadata.token_endpoint).toBe(`${site.seeded.issuer}/token`)
      expect(aliases?.token_endpoint).toBe(`${site.mtlsUrl}/token`)
      const { access_token } = await openid.clientCredentialsGrant(config, { scope: 'accounts:read' })
      await expectGoodFor(site, access_token, kind)
    },
  )

  test('openid-client sends the end-user of a public client to the login of npm start, and gets a bound token', async () => {
    const config = await discover(site, NONE)
    expect(config.serverMetadata().response_types_supported).toEqual(['code'])
    const verifier = openid.randomPKCECodeVerifier()
    const asked = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: REDIRECT_URI, scope: 'accounts:read', code_challenge_method: 'S256' },
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    })
    const agent = userAgent(asked.origin, tlsFetch({ ca: site.certificates.ca.cert }))
    const { location } = await agent.go(asked.href)
    const consent = await logIn(agent, await agent.go(location), DEVELOPMENT_USER)
    const answer = await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
    const tokens = await openid.authorizationCodeGrant(config, new URL(answer.location), {
      pkceCodeVerifier: verifier,
    })
    await expectGoodFor(site, tokens.access_token, NONE)
    expect(await announce(site, config)).toBe(200)
  })
})

test('with --mtls-only the plain domain has the documents and no OAuth, and the metadata lead to the mutual-TLS domain', async () => {
  await using opened = new AsyncDisposableStack()
  const site = opened.adopt(await openSite(true), ({ close }) => close())
  const config = await discover(site, SECRET_BASIC)
  const metadata = config.serverMetadata()
  expect(metadata.issuer).toBe(site.plainUrl)
  expect(metadata.token_endpoint).toBe(`${site.mtlsUrl}/token`)
  expect(metadata).not.toHaveProperty('mtls_endpoint_aliases')
  expect(await announce(site, await discover(site, NONE))).toBe(200)
  const { access_token } = await openid.clientCredentialsGrant(config, { scope: 'accounts:read' })
  await expectGoodFor(site, access_token, SECRET_BASIC)
  const plain = tlsFetch({ ca: site.certificates.ca.cert })
  const headers = {}
  expect((await plain(metadata.jwks_uri ?? '', { headers })).status).toBe(200)
  expect((await plain(`${site.plainUrl}/token`, { headers, body: new URLSearchParams() })).status).toBe(404)
})

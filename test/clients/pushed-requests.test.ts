import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../infra/examples/authorization-server/start.ts'
import { CLIENT_CERTIFICATES } from '../../infra/emulator/site/seed.ts'
import { siteOfFile } from '../infra/examples/authorization-server/local-site.ts'
import { arrive, csrfOf, logIn, userAgent } from '../infra/examples/authorization-server/user-agent.ts'
import { tlsFetch } from '../support/tls-fetch.ts'

/** Pushed authorization requests (RFC 9126) of unchanged libraries, through the login of what `npm start` starts. */

const site = await siteOfFile()
const { seeded, examples } = site
const [, client] = seeded.clients
const { clientId, clientSecret = '', redirectUri } = client
const authorizationEndpoint = `${examples.frontEndUrl}/authorize`
await site.runtime.store.registry.changeService(seeded.serviceId, (service) => ({
  ...service,
  ...{ authorizationEndpoint, parRequired: true, pkceRequired: true, pkceS256Required: true },
}))
const fetchWithCertificate = tlsFetch(site.identity(CLIENT_CERTIFICATES.CONFIDENTIAL))
const scope = 'accounts:read'

/** The end-user opens the address, loads it again, logs in and agrees. */
async function agree(address: URL): Promise<URL> {
  const query = address.search.slice(1)
  expect([...new URLSearchParams(query).keys()].sort()).toEqual(['client_id', 'request_uri'])
  const agent = userAgent(examples.frontEndUrl)
  await arrive(agent, query)
  const consent = await logIn(agent, await arrive(agent, query), DEVELOPMENT_USER)
  const { location } = await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  return new URL(location)
}

interface Flow {
  readonly begin: () => Promise<{ readonly address: URL; readonly verifier: string; readonly state: string }>
  readonly finish: (callback: URL, verifier: string, state: string) => Promise<oauth.TokenEndpointResponse>
  readonly plain: () => Promise<URL>
}

async function byOpenidClient(): Promise<Flow> {
  const config = await openid.discovery(
    new URL(seeded.issuer),
    clientId,
    { use_mtls_endpoint_aliases: true },
    openid.ClientSecretBasic(clientSecret),
    { algorithm: 'oauth2', [openid.customFetch]: fetchWithCertificate },
  )
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the front end of this machine has plain HTTP
  openid.allowInsecureRequests(config)
  const asked = async (verifier: string, state: string) => ({
    ...{ redirect_uri: redirectUri, scope, state, code_challenge_method: 'S256' },
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  })
  return {
    begin: async () => {
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const address = await openid.buildAuthorizationUrlWithPAR(config, await asked(verifier, state))
      return { address, verifier, state }
    },
    finish: (callback, verifier, state) =>
      openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: state }),
    plain: async () => openid.buildAuthorizationUrl(config, await asked('v'.repeat(43), 's')),
  }
}

async function byOauth4webapi(): Promise<Flow> {
  const issuer = new URL(seeded.issuer)
  const options = { [oauth.customFetch]: fetchWithCertificate }
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options })
  const as = await oauth.processDiscoveryResponse(issuer, found)
  const own: oauth.Client = { client_id: clientId, use_mtls_endpoint_aliases: true }
  const auth = oauth.ClientSecretBasic(clientSecret)
  const asked = async (verifier: string, state: string) => ({
    ...{ response_type: 'code', redirect_uri: redirectUri, scope, state, code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  })
  const addressOf = (parameters: Record<string, string>) => {
    const address = new URL(as.authorization_endpoint ?? '')
    address.search = new URLSearchParams({ client_id: clientId, ...parameters }).toString()
    return address
  }
  return {
    begin: async () => {
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
      const parameters = await asked(verifier, state)
      const answer = await oauth.pushedAuthorizationRequest(as, own, auth, parameters, options)
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, own, answer)
      return { address: addressOf({ request_uri }), verifier, state }
    },
    finish: async (callback, verifier, state) => {
      const sent = oauth.validateAuthResponse(as, own, callback, state)
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([as, own, auth, sent, redirectUri, verifier, options] as const),
      )
      return oauth.processAuthorizationCodeResponse(as, own, answer)
    },
    plain: async () => addressOf(await asked('v'.repeat(43), 's')),
  }
}

describe.each([
  ['openid-client', byOpenidClient],
  ['oauth4webapi', byOauth4webapi],
])('%s', (_library, open) => {
  test('a request that the library has pushed leads through the login to tokens, and is used then', async () => {
    const { begin, finish } = await open()
    const { address, verifier, state } = await begin()
    const tokens = await finish(await agree(address), verifier, state)
    expect(tokens).toMatchObject({ token_type: 'bearer', scope })
    const used = await fetch(address, { redirect: 'manual' })
    expect([used.status, await used.json()]).toMatchObject([400, { error: 'invalid_request_uri' }])
  })

  test('a request that the library has not pushed is sent back where it must be pushed', async () => {
    const { plain } = await open()
    const { status, headers } = await fetch(await plain(), { redirect: 'manual' })
    const location = new URL(headers.get('location') ?? '')
    expect([status, location.searchParams.get('error')]).toEqual([302, 'invalid_request'])
  })
})

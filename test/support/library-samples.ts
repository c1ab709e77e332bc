import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { vi } from 'vitest'
import { listen } from '../../infra/connections/listen.ts'
import type { ProtectedResource } from '../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { keyServer } from './key-server.ts'
import { samplesIn } from './page-code.ts'
import { signedTokens } from './signed-tokens.ts'

const PAGES = ['docs/resource-servers.md', 'docs/edges.md', 'shared/resource-server/README.md']
const SERVER = identity('server-localhost', 'ca-issuing')
const CLIENTS_CA = vector('ca-root') + vector('ca-issuing')
/** The identity of the front, and of the resource server at its issuer. */
export const [FRONT, FRONT_SECRET] = [identity('client-rsa-2048'), 's'.repeat(32)]
const FRONT_NAME = 'rsa.example.com'
const FILES = {
  ...{ 'server.pem': SERVER.cert, 'server.key.pem': SERVER.key, 'clients-ca.pem': CLIENTS_CA },
  ...{ 'accounts.pem': FRONT.cert, 'accounts.key.pem': FRONT.key },
  ...{ 'issuer-ca.pem': vector('ca-root'), 'fronts-ca.pem': vector('ca-issuing') },
}

/** The exports of a sample. */
export interface Sample {
  readonly resource: ProtectedResource
  readonly app: unknown
  readonly handler: (event: object) => Promise<{ readonly statusCode: number }>
  readonly server: Server
  readonly tls: TlsOptions
}

/** The issuers that the samples name, on this machine: `bank` is certbound. */
async function openIssuers() {
  const { url, answers, close } = await keyServer()
  const bank = signedTokens(url)
  const auth0 = signedTokens(`${url}/`)
  const keycloak = signedTokens(`${url}/realms/bank`)
  const rsa = createPrivateKey(FRONT.key)
  const rsaJwk = { ...createPublicKey(rsa).export({ format: 'jwk' }), kid: '1', alg: 'RS256' }
  answers
    .set('/.well-known/oauth-authorization-server', { issuer: url, jwks_uri: `${url}/jwks` })
    .set('/.well-known/openid-configuration', { issuer: `${url}/`, jwks_uri: `${url}/auth0` })
    .set('/realms/bank/.well-known/openid-configuration', {
      ...{ issuer: keycloak.options.issuer, jwks_uri: `${url}/keycloak` },
    })
  answers.set('/jwks', { keys: [bank.jwk] }).set('/auth0', { keys: [auth0.jwk] })
  answers.set('/keycloak', { keys: [rsaJwk] })
  const tls = { ...SERVER, ca: CLIENTS_CA, requestCert: true }
  const introspection = await listen(
    createServer(tls, (_request, response) => {
      response.end(JSON.stringify({ ...bank.claims, active: true, token_type: 'Bearer' }))
    }),
  )
  const ofKeycloak = (claims: object) => keycloak.jwt(claims, { typ: 'JWT', alg: 'RS256' }, rsa)
  const ofAuth0 = (claims: object) => auth0.jwt(claims, { typ: 'JWT' })
  return {
    ...{ url, bank, ofAuth0, ofKeycloak, mtlsUrl: `https://localhost:${introspection.port}` },
    close: () => Promise.all([close(), introspection.close()]),
  }
}

/** The samples of the library as modules: as the pages print them, but for names and ports of this machine. */
export async function openLibrarySamples() {
  const issuers = await openIssuers()
  const adapted = (code: string) =>
    code
      .replaceAll('https://mtls.auth.example.com', issuers.mtlsUrl)
      .replaceAll(/https:\/\/(auth|keycloak|tenant\.eu\.auth0)(\.example)?\.com/g, issuers.url)
      .replaceAll('front.example.com', FRONT_NAME)
      .replace(/^const tls/m, 'export const tls')
      .replace(/^(createServer.*)\(8443\)$/m, "export const server = $1(0, '127.0.0.1')")
  const blocks = PAGES.flatMap((page) => [...samplesIn(page)])
  const code = blocks.flatMap(([name, text]) =>
    name.endsWith('.mjs') ? [[name, adapted(text)] as const] : [],
  )
  const folder = await mkdtemp(join(tmpdir(), 'certbound-samples-'))
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of [...code, ...Object.entries(FILES)]) await writeFile(join(folder, name), text)

  const home = process.cwd()
  process.chdir(folder)
  vi.stubEnv('FRONT_SECRET', FRONT_SECRET)
  const modules = code.map(async ([name]) => [name, (await import(join(folder, name))) as Sample] as const)
  const samples: ReadonlyMap<string, Sample> = new Map(await Promise.all(modules))
  vi.unstubAllEnvs()
  process.chdir(home)
  const close = async () => {
    await issuers.close()
    await rm(folder, { recursive: true })
  }
  return { issuers, samples, close }
}

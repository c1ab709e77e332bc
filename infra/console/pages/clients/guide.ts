import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import { quoted } from '../../curl.ts'
import type { Answer, ConsoleRequest, Route } from '../../page.ts'
import { needsOf } from '../../settings/methods.ts'
import type { Members } from '../../web-api.ts'
import { keysOf } from '../../settings/registered.ts'
import { clientBinding } from './binding.ts'
import { CLIENT_SOURCE } from './settings.ts'

/** The code that gets the first token of a client, as a program for `openid-client` and as a command. docs/clients.md has more. */
export function guide(service: Members, client: Members): Markup {
  if (!grantsOf(client).some((grant) => ['CLIENT_CREDENTIALS', 'AUTHORIZATION_CODE'].includes(grant)))
    return html`<p>
      This client cannot get a first token: <code>grantTypes</code> contains neither
      <code>CLIENT_CREDENTIALS</code> nor <code>AUTHORIZATION_CODE</code>.
    </p>`
  const facts = factsOf(service, client)
  const needs = needsOf(client['tokenAuthMethod'])
  const copied = (name: string, code: string) =>
    html`<h2>${name}</h2>
      <button type="button" class="quiet" data-copy-from="${name}" aria-label="Copy the code for ${name}">
        Copy
      </button>
      <pre tabindex="0"><code id="${name}">${code}</code></pre>`
  return html`<p>
      ${facts.isMutual && html`<code>client.pem</code> and <code>client.key</code> are the certificate of the client and its key.`}
      ${needs === 'secret' && html`<code>CLIENT_SECRET</code> is the secret, which was shown once.`}
      ${needs === 'keys' && html`<code>assertion.key</code> is the private key of its JWK Set (PKCS #8).`}
      <code>docs/clients.md</code> has Python and Java, and the reasons of <code>invalid_client</code>.
    </p>
    ${copied('openid-client', programOf(facts))} ${copied('curl', commandOf(facts))}`
}

const grantsOf = ({ grantTypes }: Members) => (Array.isArray(grantTypes) ? grantTypes.map(String) : [])

type Facts = ReturnType<typeof factsOf>

/** The facts that the code depends on. Without `redirectUri` it uses client credentials. Only a service of `npm start` has its own `ca`. */
function factsOf(service: Members, client: Members) {
  const { issuer, mtlsEndpointAliases: aliases, tokenEndpoint } = service
  const { clientId, tokenAuthMethod, redirectUris } = client
  const method = METHOD_CODE[String(tokenAuthMethod)] ?? certificateCode
  const isDpop = client['dpopRequired'] === true
  // Certificates reach only the aliases (RFC 8705 section 5).
  const isMutual = method === certificateCode || (!isDpop && clientBinding(service, client).isBound)
  const all = Array.isArray(aliases) && isMutual ? aliases.filter(isJsonObject) : []
  const alias = all.find(({ name }) => name === 'token_endpoint')?.['uri']
  const isForItself = grantsOf(client).includes('CLIENT_CREDENTIALS')
  const [redirectUri = 'REDIRECT_URI'] = Array.isArray(redirectUris) ? redirectUris.map(String) : []
  const isLocal = URL.canParse(String(issuer)) && new URL(String(issuer)).hostname.endsWith('localhost')
  return {
    ...{ issuer: String(issuer), endpoint: String(alias ?? tokenEndpoint), id: String(clientId) },
    ...{ method: method(client), isMutual, isDpop },
    isPushed: [service, client].some(({ parRequired, fapi2 }) => parRequired === true || fapi2 === true),
    redirectUri: isForItself ? undefined : redirectUri,
    ca: isLocal ? '.certbound/ca.pem' : undefined,
  }
}

/** How a client authenticates: the argument of `discovery`, and the arguments of curl. */
interface Code {
  readonly node: string
  readonly curl: string
}

const idOf = ({ clientId }: Members) => `-d client_id=${String(clientId)}`
const certificateCode = (client: Members): Code => ({ node: 'client.TlsClientAuth()', curl: idOf(client) })

const METHOD_CODE: Readonly<Record<string, (client: Members) => Code>> = {
  NONE: (client) => ({ node: 'client.None()', curl: idOf(client) }),
  CLIENT_SECRET_BASIC: ({ clientId }) => ({
    node: 'client.ClientSecretBasic(process.env.CLIENT_SECRET)',
    curl: `-u "${String(clientId)}:$CLIENT_SECRET"`,
  }),
  CLIENT_SECRET_POST: (client) => ({
    node: 'client.ClientSecretPost(process.env.CLIENT_SECRET)',
    curl: `${idOf(client)} -d client_secret="$CLIENT_SECRET"`,
  }),
  PRIVATE_KEY_JWT: (client) => {
    const { tokenAuthSignAlg = 'ES256' } = client
    const [key] = keysOf(client)
    const kid = typeof key?.['kid'] === 'string' ? `, kid: ${JSON.stringify(key['kid'])}` : ''
    return {
      node: `client.PrivateKeyJwt({ key: await importPKCS8(readFileSync('assertion.key', 'utf8'), '${String(tokenAuthSignAlg)}')${kid} })`,
      curl: '-d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer -d client_assertion="$ASSERTION"',
    }
  },
}

function commandOf({ endpoint, method, isMutual, isDpop, redirectUri, ca }: Facts): string {
  const code = '-d grant_type=authorization_code -d code="$CODE" -d code_verifier="$VERIFIER"'
  const lines = [
    `curl ${quoted(endpoint)}`,
    ca !== undefined && `--cacert ${ca}`,
    isMutual && '--cert client.pem --key client.key',
    isDpop && '-H "DPoP: $PROOF"',
    method.curl,
    redirectUri === undefined
      ? '-d grant_type=client_credentials'
      : `${code} -d redirect_uri=${quoted(redirectUri)}`,
  ]
  return lines.filter((line) => line !== false).join(' \\\n  ')
}

/** The code flow in a terminal: the user opens the URL and enters the one that the browser was redirected to. */
function codeFlow(redirectUri: string, isPushed: boolean): string {
  return `const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()]
const url = ${isPushed ? 'await client.buildAuthorizationUrlWithPAR' : 'client.buildAuthorizationUrl'}(config, {
  redirect_uri: ${JSON.stringify(redirectUri)},
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
})
const terminal = createInterface(process.stdin, process.stdout)
const back = new URL(await terminal.question(\`Open \${url.href}\\nThe browser was redirected to:  \`))
terminal.close()
const checks = { pkceCodeVerifier: verifier, expectedState: state }
`
}

function programOf({ issuer, id, method, isMutual, isDpop, isPushed, redirectUri, ca }: Facts): string {
  const files = [
    ...(ca === undefined ? [] : [`ca: readFileSync('${ca}')`]),
    ...(isMutual ? ["cert: readFileSync('client.pem')", "key: readFileSync('client.key')"] : []),
  ]
  const imports = [
    ...(redirectUri === undefined ? [] : ["import { createInterface } from 'node:readline/promises'\n"]),
    ...(method.node.includes('importPKCS8') ? ["import { importPKCS8 } from 'jose'\n"] : []),
  ]
  const handle = 'const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())\n'
  const grant =
    redirectUri === undefined
      ? 'clientCredentialsGrant(config'
      : 'authorizationCodeGrant(config, back, checks'
  return `// npm install openid-client; then: node first-token.mjs
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
${imports.join('')}import * as client from 'openid-client'

// Node's fetch does not present a certificate.
const agent = new Agent({ ${files.join(', ')} })
function ownFetch(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const options = { agent, method, headers: Object.fromEntries(new Headers(headers)) }
    const sent = request(url, options, async (response) => {
      const { statusCode: status, headers } = response
      resolve(new Response(Buffer.concat(await response.toArray()), { status, headers }))
    })
    sent.on('error', reject).end(body?.toString())
  })
}

const config = await client.discovery(
  new URL(${JSON.stringify(issuer)}),
  '${id}',
  { use_mtls_endpoint_aliases: ${isMutual} },
  ${method.node},
  { algorithm: 'oauth2', [client.customFetch]: ownFetch },
)
${isDpop ? handle : ''}${redirectUri === undefined ? '' : codeFlow(redirectUri, isPushed)}const token = await client.${grant}, {}${isDpop ? ', { DPoP }' : ''})
console.log(token.access_token)`
}

async function show(request: ConsoleRequest): Promise<Answer> {
  const read = await CLIENT_SOURCE.read(request)
  const explainer = `/${request.params['serviceId'] ?? ''}/explain`
  const main = html`${guide(request.service?.record ?? {}, read.record)}
    <p>Then check the token in the <a href="${explainer}">decision explainer</a>.</p>`
  return { title: 'First token', main, crumbs: CLIENT_SOURCE.crumbs(request, read) }
}

export const CLIENT_GUIDE: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}/clients/{clientId}/guide', needs: 'clients', handle: show },
]

import { dirname, join } from 'node:path'
import type { Local } from './site/local-file.ts'
import { CLIENT_CERTIFICATES } from './site/seed.ts'
import type { Site } from './site/site.ts'

/**
 * The lines that `npm start` prints: its URLs, and curl commands for a second terminal in the same folder. The demonstration
 * (demo-walk.ts) has the whole flow.
 *
 * @param mtlsOnly whether the OAuth endpoints are only on the mutual-TLS domain
 * @param shown formats the path of a file
 */
export function curlLines(
  local: Local,
  { user }: Site['examples'],
  mtlsOnly: boolean,
  shown: (file: string) => string,
): string {
  const { mtlsUrl, plainUrl, webApiUrl, librarySampleUrl, serviceId, clients } = local
  const byCertificate = clients.filter(({ type }) => type === 'CONFIDENTIAL')
  const [confidential = clients[0], dpop = clients[1]] = byCertificate
  const folder = dirname(local.caFile)
  const ca = `--cacert ${shown(local.caFile)}`
  const withFiles = ({ certificateFile, keyFile }: LocalClient) =>
    `${ca} --cert ${shown(certificateFile)} --key ${shown(keyFile)}`
  const [holder, holderOfKey] = [withFiles(confidential), withFiles(dpop)]
  const stranger = shown(join(folder, CLIENT_CERTIFICATES.STRANGER))
  const thief = `${ca} --cert ${stranger}.pem --key ${stranger}.key.pem`
  const plainOAuth = mtlsOnly
    ? '--mtls-only: no OAuth endpoints here'
    : 'OAuth endpoints without a certificate'
  const token = String.raw`sed -E 's/.*"access_token":"([^"]*)".*/\1/'`
  const accounts = `${local.resourceServerUrl}/accounts`
  const proof = (request: string) =>
    `-H "DPoP: $(npm run -s dpop-proof -- ${shown(join(folder, 'dpop'))} ${request})"`

  return `certbound is running.

Try the code flow in a browser: ${local.frontEndUrl}/ (log in as ${user.subject}, password: ${user.password})

Or paste these lines into another terminal in this folder. npm run demo shows all steps of the code flow.

  issuer       ${plainUrl}   (public metadata and /jwks; ${plainOAuth})
  mutual TLS   ${mtlsUrl}   (OAuth endpoints for clients with a certificate: /token, /introspection, ...)
  Web API      ${webApiUrl}   (v2: /api/auth/...; v3: /api/${serviceId}/auth/... with a Bearer token)
  front end    ${origin(local.authorizationEndpoint)}   (/authorize and /userinfo of an authorization server that calls the Web API)
               ${local.frontEndMtlsUrl}   (its /token and /userinfo for clients with a certificate)
               ${local.resourceServerUrl}   (/accounts of a resource server that calls the Web API)
               ${librarySampleUrl}   (a resource server that uses @certbound/resource-server)

${[...clients, local.resourceServer].map(clientLine).join('\n')}

# The metadata at the issuer is public. Clients with a certificate use its mutual-TLS endpoints.
curl -s ${ca} ${plainUrl}/.well-known/oauth-authorization-server; echo

# The ${confidential.clientName.toLowerCase()} gets a token over mutual TLS, which is bound to its certificate.
TOKEN=$(curl -s ${holder} ${credentials(confidential)} ${mtlsUrl}/token -d grant_type=client_credentials -d scope=accounts:read | ${token}); echo $TOKEN

# The holder of that certificate may use the token, a thief with another certificate may not.
curl -s ${holder} ${mtlsUrl}/introspection -d token=$TOKEN; echo
curl -s -i ${thief} ${mtlsUrl}/introspection -d token=$TOKEN; echo

# The token at a resource server that uses @certbound/resource-server. Without a certificate there is no connection.
curl -s ${holder} -H "Authorization: Bearer $TOKEN" ${librarySampleUrl}; echo
curl -s -i ${thief} -H "Authorization: Bearer $TOKEN" ${librarySampleUrl}; echo
curl -s ${ca} -H "Authorization: Bearer $TOKEN" ${librarySampleUrl} || echo 'no connection'

# A resource server in another language calls the Web API with the certificate of the connection.
CERTIFICATE=$(awk '{printf "%s\\\\n", $0}' ${shown(confidential.certificateFile)})
curl -s -u ${local.serviceApiKey}:${local.serviceApiSecret} -H 'Content-Type: application/json' ${webApiUrl}/api/auth/introspection -d '{"token":"'$TOKEN'","clientCertificate":"'"$CERTIFICATE"'"}'; echo

# A token of the DPoP client is bound to a key (RFC 9449). Each request needs a proof, which npm run dpop-proof signs with that key.
# Both resource servers accept the token, and refuse it without a proof.
KEY_TOKEN=$(curl -s ${holderOfKey} ${credentials(dpop)} ${proof(`POST ${mtlsUrl}/token`)} ${mtlsUrl}/token -d grant_type=client_credentials -d scope=accounts:read | ${token}); echo $KEY_TOKEN
curl -s ${holderOfKey} -H "Authorization: DPoP $KEY_TOKEN" ${proof(`GET ${accounts} $KEY_TOKEN`)} ${accounts}; echo
curl -s ${holderOfKey} -H "Authorization: DPoP $KEY_TOKEN" ${proof(`GET ${librarySampleUrl}/ $KEY_TOKEN`)} ${librarySampleUrl}; echo
curl -s -i ${holderOfKey} -H "Authorization: Bearer $KEY_TOKEN" ${librarySampleUrl}; echo

For scripts, all of this is in ${shown(join(folder, 'local.json'))}. Press Ctrl-C to stop. Each request adds a log line below.
`
}

type LocalClient = Local['clients'][number]

const origin = (url: string) => new URL(url).origin

/** The credentials in the form that the client's method requires, because a valid secret in the wrong place is `invalid_client`. */
function credentials({ clientId, clientSecret }: LocalClient): string {
  return clientSecret === undefined ? `-d client_id=${clientId}` : `-u ${clientId}:${clientSecret}`
}

function clientLine({ clientName, clientId, tokenAuthMethod }: LocalClient): string {
  return `  ${clientName.padEnd(23)}${clientId.padEnd(16)} ${tokenAuthMethod}`
}

import { dirname, join } from 'node:path'
import type { Local } from './site/local-file.ts'
import { CLIENT_CERTIFICATES, type Site } from './site/site.ts'

/**
 * The lines that `npm start` prints, to be pasted into a second terminal in the same folder, one after the other.
 * @param mtlsOnly whether OAuth is only on the mutual-TLS domain
 * @param shown the form of a file's path in these lines
 */
export function curlWalk(
  local: Local,
  { user }: Site['examples'],
  mtlsOnly: boolean,
  shown: (file: string) => string,
): string {
  const { mtlsUrl, plainUrl, webApiUrl, serviceId, serviceApiKey, serviceApiSecret, serviceAccessToken } =
    local
  const [publicClient, confidential] = local.clients
  const ca = shown(local.caFile)
  const as = (file: string, key: string) => `--cacert ${ca} --cert ${shown(file)} --key ${shown(key)}`
  const confidentialTls = as(confidential.certificateFile, confidential.keyFile)
  const publicTls = as(publicClient.certificateFile, publicClient.keyFile)
  const folder = dirname(confidential.certificateFile)
  const stranger = join(folder, CLIENT_CERTIFICATES.STRANGER)
  const strangerTls = as(`${stranger}.pem`, `${stranger}.key.pem`)
  const member = (name: string) => `sed -E 's/.*"${name}":"([^"]*)".*/\\1/'`
  const api = `curl -s -u ${serviceApiKey}:${serviceApiSecret} -H 'Content-Type: application/json'`
  const plainOAuth = mtlsOnly ? '--mtls-only: no OAuth here' : 'OAuth without a certificate'
  const redirect = encodeURIComponent(publicClient.redirectUri)

  return `certbound is running.

Walk the code flow in a browser: ${local.frontEndUrl}/ (log in as ${user.subject}, password: ${user.password})

Or paste these lines into another terminal in this folder.

  issuer       ${plainUrl}   (metadata and /jwks for everyone; ${plainOAuth})
  mutual TLS   ${mtlsUrl}   (OAuth for clients with a certificate: /token, /introspection, ...)
  Web API      ${webApiUrl}   (v2: /api/auth/...; v3: /api/${serviceId}/auth/... with a Bearer token)
  front end    ${local.frontEndMtlsUrl}   (/token of an authorization server that calls the Web API)
               ${local.resourceServerUrl}   (/accounts of a resource server that calls the Web API)
               ${local.librarySampleUrl}   (a resource server that uses @certbound/resource-server)

# 0. Anyone reads at the issuer what a client must know. Clients with a certificate use the mutual-TLS endpoints that it names.
curl -s --cacert ${ca} ${plainUrl}/.well-known/oauth-authorization-server; echo

# 1. The confidential client gets a token over mutual TLS; it is bound to its certificate.
TOKEN=$(curl -s ${confidentialTls} -u ${confidential.clientId}:${confidential.clientSecret ?? ''} ${mtlsUrl}/token -d grant_type=client_credentials -d scope=accounts:read | ${member('access_token')}); echo $TOKEN

# 2. The holder of that certificate may use it ...
curl -s ${confidentialTls} ${mtlsUrl}/introspection -d token=$TOKEN; echo

# ... and a thief with another certificate may not.
curl -s -i ${strangerTls} ${mtlsUrl}/introspection -d token=$TOKEN; echo

# The same at a resource server that uses @certbound/resource-server: its holder 200, a thief 401, no certificate no connection.
curl -s ${confidentialTls} -H "Authorization: Bearer $TOKEN" ${local.librarySampleUrl}; echo
curl -s -i ${strangerTls} -H "Authorization: Bearer $TOKEN" ${local.librarySampleUrl}; echo
curl -s --cacert ${ca} -H "Authorization: Bearer $TOKEN" ${local.librarySampleUrl} || echo 'no connection'

# 3. The article's flow: an authorization server asks the Web API for a ticket, then for a code ...
TICKET=$(${api} ${webApiUrl}/api/auth/authorization -d '{"parameters":"response_type=code&client_id=${publicClient.clientId}&redirect_uri=${redirect}"}' | ${member('ticket')}); echo $TICKET
CODE=$(${api} ${webApiUrl}/api/auth/authorization/issue -d '{"ticket":"'$TICKET'","subject":"testuser01"}' | ${member('authorizationCode')}); echo $CODE

# ... which the public client redeems over mutual TLS.
TOKEN=$(curl -s ${publicTls} ${mtlsUrl}/token -d grant_type=authorization_code -d client_id=${publicClient.clientId} -d code=$CODE --data-urlencode redirect_uri=${publicClient.redirectUri} | ${member('access_token')}); echo $TOKEN

# 4. A resource server asks with the certificate it saw (v2, Basic) ...
CERTIFICATE=$(awk '{printf "%s\\\\n", $0}' ${shown(publicClient.certificateFile)})
${api} ${webApiUrl}/api/auth/introspection -d '{"token":"'$TOKEN'","clientCertificate":"'"$CERTIFICATE"'"}'; echo

# ... and without one (v3, Bearer), and by RFC 7662.
curl -s -H 'Authorization: Bearer ${serviceAccessToken}' -H 'Content-Type: application/json' ${webApiUrl}/api/${serviceId}/auth/introspection -d '{"token":"'$TOKEN'"}'; echo
${api} ${webApiUrl}/api/auth/introspection/standard -d '{"parameters":"token='$TOKEN'"}'; echo

All of this is in ${shown(join(folder, 'local.json'))} for scripts. Ctrl-C stops. One log line for each request follows.
`
}

/** Labels that differ from the words of the member. */
const LABELS: Readonly<Record<string, string>> = {
  tlsClientCertificateBoundAccessTokens: 'Enable TLS Client Certificate Binding',
  accessTokenSignAlg: 'Access token signature algorithm',
  accessTokenSignatureKeyId: 'Access token signature key ID',
  tokenAuthMethod: 'Client authentication method',
  tokenAuthSignAlg: 'Assertion signature algorithm',
  introspectionSignAlg: 'Introspection response signature algorithm',
  supportedTokenAuthMethods: 'Supported client authentication methods',
  tlsClientAuthSubjectDn: 'Subject distinguished name',
  tlsClientAuthSanDns: 'Subject alternative name: DNS name',
  tlsClientAuthSanUri: 'Subject alternative name: URI',
  tlsClientAuthSanIp: 'Subject alternative name: IP address',
  tlsClientAuthSanEmail: 'Subject alternative name: email address',
  mutualTlsValidatePkiCertChain: 'Validate certificate paths to the trusted roots',
  clientCertificateIssuers: 'Issuers of client certificates',
  clientCertificateUsage: 'Extended key usage of client certificates',
  certificateInventory: 'Note the certificates in use',
  clientCertificatesNotBefore: 'Revoked certificates by issuer and date',
  crlStale: 'While the revocation list of an issuer is late',
  fapi2: 'Enforce the FAPI 2.0 Security Profile',
  jwks: 'JWK Set',
  pkceS256Required: 'Require S256 as code challenge method',
  pkceRequired: 'Require PKCE',
  parRequired: 'Require pushed authorization requests',
  pushedAuthReqDuration: 'Pushed authorization request duration',
  pushedAuthReqEndpoint: 'Pushed authorization request endpoint',
  dpopRequired: 'Require DPoP proofs',
  dpopNonceRequired: 'Require a nonce in DPoP proofs',
  dpopProofUsedOnce: 'Accept each DPoP proof only once',
  defaultMaxAge: 'Default maximum age of the authentication',
  authTimeRequired: 'Require the time of the authentication',
  userInfoEndpoint: 'Userinfo endpoint',
  certificateAnnouncementEndpoint: 'Certificate announcement endpoint',
  userInfoSignAlg: 'Userinfo response signature algorithm',
  userInfoSignatureKeyId: 'Userinfo response signature key ID',
  introspectionSignatureKeyId: 'Introspection response signature key ID',
  idTokenSignAlg: 'ID token signature algorithm',
  issSuppressed: 'Omit the issuer in authorization responses',
}

const WORDS: Readonly<Record<string, string>> = {
  uri: 'URI',
  uris: 'URIs',
  jwks: 'JWK Set',
  tls: 'TLS',
  id: 'ID',
  tos: 'terms of service',
  acrs: 'ACRs',
  ui: 'UI',
  mtls: 'mutual-TLS',
  req: 'request',
  auth: 'authentication',
  alg: 'algorithm',
  acr: 'ACR',
  dpop: 'DPoP',
  dn: 'DN',
}

/** The label of a setting. */
export function labelOf(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const label = LABELS[name]
  if (label !== undefined) return label
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' ')
  const text = words.map((word) => WORDS[word] ?? word).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

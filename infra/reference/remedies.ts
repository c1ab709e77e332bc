/** The remedies for refusals. The first pattern that fits the reason decides. Markdown, for docs/reference.md. */
export const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^internal$/, 'certbound is wrong: `cause` of the line has the error. Report it'],
  [/^unavailable$/, 'a table cannot be reached: see `cause`, and [send it again](operations.md#after-a-503)'],
  [/^service-absent$/, 'run `npm run provision`'],
  [/-unfinished$/, 'repeat the call until it succeeds'],
  [/^service-clients-unread$/, 'publish another key of its algorithm first ([keys](keys.md))'],
  [
    /^(credentials-(missing|malformed)|service-unknown|service-secret|bearer-|owner-)/,
    'the caller of the Web API has wrong credentials: [make new ones](operations.md#rotate-the-credentials-of-a-service)',
  ],
  [/^(role-too-small|explanation-for-managers)$/, 'use a credential with the role that the API needs'],
  [
    /fapi2/,
    '`npm run doctor -- --fapi` names the setting; otherwise change the request as described in the message',
  ],
  [
    /^push-required$/,
    'let the client push its requests ([how](clients.md#other-answers)), or take `parRequired` away',
  ],
  [
    /not-offered$|^(request-object|request-uri-foreign|grant-type-implicit|member-refused)$/,
    'leave it out: [certbound does not have it](differences.md)',
  ],
  [
    /client-locked$/,
    'somebody has locked the client: unlock it if that was not meant ([cut off](operations.md#cut-off-a-client))',
  ],
  [/-cut-off$/, 'all tokens of that time were ended on purpose: get new ones'],
  [
    /(client-unknown|client-deleted|client-number-unknown|client-unidentified|client-unknown-at-.*|service-unknown)$/,
    'compare the ID: this service has no such client or service',
  ],
  [/alias-disabled$/, 'switch `clientIdAliasEnabled` on for service and client, or use the number'],
  [/alias-taken/, 'choose another alias, or delete the client that has it'],

  // How a client authenticates
  [
    /^(client-secret-misplaced|method-(none|for|not|unsupported)|credentials-of-public|basic-malformed)/,
    'let the client use the method that it has registered ([clients](clients.md#you-see-invalid_client))',
  ],
  [
    /^client-secret-(wrong|missing)$/,
    'give the client its secret, or make a new one ([clients](clients.md#you-see-invalid_client))',
  ],
  [
    /^(tls|self-signed)-certificate-missing$|^binding-certificate-missing$/,
    'connect with the certificate to a mutual-TLS endpoint; at the Web API send `clientCertificate`',
  ],
  [
    /^tls-(subject|san)-.*|^self-signed-differs$/,
    'compare the certificate with the registered name or key: the console reads it ([renewal](certificates.md#renewal))',
  ],
  [
    /^tls-certificate-outside-dates$/,
    'renew the certificate ([renewal](certificates.md#renewal)), or compare the clocks',
  ],
  [
    /^tls-(issuer|roots?|path)-/,
    'correct `trustedRootCertificates` of the service, or `clientCertificateIssuers` of the service or the client, or let another CA issue it',
  ],
  [
    /^tls-usage-wrong$/,
    'let the CA issue a certificate with clientAuth in its extended key usage ([certificates](certificates.md#which-ca-may-issue))',
  ],
  [
    /^subject-reversed$|^client-subject-slashes$/,
    'register the subject as `openssl x509 -noout -subject -nameopt RFC2253` prints it',
  ],
  [
    /^certificate-(unnamed|clients-missing|serial-refused)$/,
    'correct the call: the [reference](reference.md) has the ways to name a certificate',
  ],
  [
    /^service-inventory-needed$/,
    'keep `certificateInventory` on, or remove the dates of issuers and the sources of revocation lists',
  ],
  [/^certificate-not-held$/, 'read the revocation: only a hold of this API can be lifted'],
  [
    /^refresh-certificate-early$/,
    'the client waits for the time in the answer to its announcement, or management lets the renewal take effect ([announcements](certificates.md#announce-the-next-certificate))',
  ],
  [
    /^renewal-(unknown|over)$/,
    'list the renewals of the client (`/certificate/renewal/get/list`): this one does not exist, or is over',
  ],
  [/^renewal-taken$/, 'read the renewal: management can end it, and makes room for another one'],
  [/^renewal-vetoed$/, 'make a new certificate: a veto is for good'],
  [/certificate-revoked$/, 'the certificate was revoked by you or by a list: use another one'],
  [
    /^renewal-/,
    'correct the announcement or the certificate, as the message describes ([announcements](certificates.md#announce-the-next-certificate))',
  ],
  [
    /-list-late$/,
    'read the revocation list of its issuer again: `npm run crl` shows why it is late ([certificates](certificates.md#revocation-lists))',
  ],
  [/^tls-key-weak$/, 'the client needs a stronger key and a new certificate'],
  [
    /^self-signed-(unregistered|without-certificate|issues)$/,
    'register the certificate, which must not be a CA, in `jwks` with `x5c` ([renewal](certificates.md#renewal))',
  ],
  [/^client-keys-unavailable$/, 'look whether `jwksUri` answers with a JWK Set, or register `jwks`'],
  [/^assertion-used$/, 'make a new assertion for each request'],
  [/^assertion-(time|without)/, 'give the assertion `exp` and `jti`, and compare the clocks'],
  [
    /^assertion-/,
    'correct the assertion: `iss` and `sub` are the client ID, `aud` is the issuer, the key is in `jwks` ([clients](clients.md))',
  ],
  [
    /^(client|grant-type|response-type)-?(for-public|credentials-for-public|undeclared|unsupported)/,
    'add it to the client and to the service, if they may use it',
  ],
  [/^caller-public$/, 'only confidential clients and callers of the Web API may introspect'],

  // Tokens at a resource
  [
    /^(userinfo-)?certificate-differs$|^refresh-certificate-differs$/,
    'a stolen token, or a client with a new certificate, which needs a new token ([renewal](certificates.md#renewal))',
  ],
  [
    /^(userinfo-)?certificate-missing$/,
    'the resource server must send the certificate of the connection ([introspection](introspection.md))',
  ],
  [
    /certificate-unreadable$|^tls-certificate-/,
    'send one certificate in PEM or base64, as it came ([introspection](introspection.md))',
  ],
  [
    /(proof|code-key|refresh-key|push-key|key)-differs$/,
    'a stolen token or code, or a client with a new key, which needs a new token',
  ],
  [/-of-other-client$/, 'a stolen token or code, or two clients with one store'],
  [
    /^(code|refresh-token|request-uri|userinfo-token|update-token|token)-unknown$|^token-(not-signed|without-identifier|identifier-empty)$/,
    'it was never issued, or has ended: start again. `ended` in the line names a replay',
  ],
  [/^token-expired|-expired$/, 'get a new one; compare the clocks if it is new'],
  [/binding-damaged$/, 'somebody has changed the tables: compare them with the backup'],
  [
    /^(userinfo-)?token-unbound$|^refresh-grant-unbound$/,
    'the token is older than the demand for a binding: get a new one',
  ],
  [
    /^resource-not-covered$/,
    'let the client ask for this `resource`, or correct the audience of the API ([resource servers](resource-servers.md))',
  ],
  [
    /^(scope-insufficient|token-scopeless|userinfo-scope-missing)$/,
    'let the client ask for the scope; look whether service and client have it',
  ],
  [
    /(token-subjectless|userinfo-subject-missing)$/,
    'the resource is for tokens of an end-user, and this one is of a client',
  ],
  [
    /^(subject-differs|acr-insufficient|authentication-too-old)$/,
    'the end-user must log in again, as the resource demands',
  ],

  [
    /(jwt|id-token|introspection|userinfo)-not-signed$|signing-key-missing$|^id-token-key-missing$|^service-key-|^service-roots-/,
    'give the service the key or root that the message names ([keys](keys.md))',
  ],

  // Proofs
  [/nonce-wrong$/, 'send the proof again with the nonce of the answer'],
  [/^(dpop-used|resource-proof-used)$/, 'make a new proof for each request'],
  [
    /(proof-needless|dpop-certificate-required|create-certificate-required|update-certificate-required)$/,
    'the token is of a certificate: leave the proof or the key out',
  ],
  [
    /^dpop-missing$|proof-missing$|key-missing$|create-key-required|update-key-required/,
    'send a DPoP proof of the key ([clients](clients.md#other-answers))',
  ],
  [/proof-target-missing$/, 'the resource server must send `htm` and `htu` with the proof'],
  [/^(dpop-proof-wrong|resource-proof-.*)$/, 'correct the proof: the message names its fault'],

  // Codes and refreshes
  [
    /^(redirect-uri-differs|redirect-uri-missing|redirect-uri-unexpected)$/,
    'send the `redirect_uri` of the authorization request, or none if it had none',
  ],
  [/^redirect-uri-(unregistered|none-registered|required)$/, 'register the redirect URI to the letter'],
  [/^verifier-/, 'send the `code_verifier` of this login; several attempts with a wrong one are a thief'],
  [/-wider$/, 'ask for no more than was granted, or start a new authorization'],

  // The other reasons
  [/scope-(none|unsupported|unknown)$|^issue-scope/, 'add the scope to the service, or leave it out'],
  [
    /^(not-logged-in|not-authenticated|login|max-age-(not|exceeded)|other-subject|acr-not|denied|unknown-failure|server-failure|fail-client-unauthorized|fail-temporarily|.*-required$|target-invalid)/,
    'the authorization server has ended the request so: look into its log',
  ],
  [/^(ticket|fail-ticket)-/, 'start a new authorization: a ticket is good once'],
  [/^(record-changed)$/, 'read the record again, and change it then'],
  [/too-(long|large|big|many)$|negative$/, 'stay below the limit that the message names'],
  [
    /(missing|empty|unnamed|not-pushed|repeated|malformed|wrong|unknown|combined|contradicted|unsupported|invalid|not-ascii|relative|duplicate|with-fragment|with-others|plain|reserved|unregistered|symmetric|several|private|unsafe|issues|kind|is-client|withheld|with-request-uri|other-end-user|grant-type-refresh|nothing-named)$/,
    'correct what the message names',
  ],
]

/** @returns the remedy for a refusal with this reason; `undefined` if it is unknown */
export function remedyOf(reason: string): string | undefined {
  return REMEDIES.find(([pattern]) => pattern.test(reason))?.[1]
}

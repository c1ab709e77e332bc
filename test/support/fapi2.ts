/** A record that no management API would store under the switch, but an earlier version or a restored table has. */
export const WEAKENED = {
  fapi2: true,
  tlsClientCertificateBoundAccessTokens: false,
  authorizationCodeDuration: 600,
  ...{ pkceRequired: false, pkceS256Required: false, parRequired: false, refreshTokenKept: false },
  ...{ issSuppressed: true, shortClientSecretsAllowed: true },
}
/** How the profile comes to hold for a client: the settings of the service, and those of the client. */
export const PROFILE_WAYS = [
  ['has fapi2, with any other settings', WEAKENED, {}],
  ['has a client with fapi2', {}, { fapi2: true }],
] as const

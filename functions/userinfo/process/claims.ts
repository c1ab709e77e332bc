/** The claims of each scope (OpenID Connect Core section 5.4). */
const CLAIMS_OF_SCOPES: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
    ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** The names of the claims that the client has requested by name (section 5.5), and of those that scopes stand for. */
export function claimNames(userInfoClaims: string | undefined, scopes: readonly string[]): readonly string[] {
  const named = Object.keys(JSON.parse(userInfoClaims ?? '{}') as object)
  const ofScopes = scopes.flatMap((scope) =>
    Object.hasOwn(CLAIMS_OF_SCOPES, scope) ? (CLAIMS_OF_SCOPES[scope] ?? []) : [],
  )
  return [...new Set([...named, ...ofScopes])]
}

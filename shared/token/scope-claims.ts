/** OpenID Connect Core section 5.4. */
const CLAIMS: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
    ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** The names of the claims that are requested by name (section 5.5) or through scopes, each once. */
export function claimNames(byName: object | undefined, scopes: readonly string[]): readonly string[] {
  const namesOfScopes = scopes.flatMap((scope) => (Object.hasOwn(CLAIMS, scope) ? (CLAIMS[scope] ?? []) : []))
  return [...new Set([...Object.keys(byName ?? {}), ...namesOfScopes])]
}

/** The limits that messages of refusals name. Most are there because items of the store must stay small. */
export const LIMITS = {
  // In UTF-16 units, and tokens of one list: Authlete's.
  ...{ subject: 100, state: 2048, setting: 200, listedTokens: 1000 },
  // In bytes.
  ...{ nonce: 512, acrValues: 2048, claims: 2048, headers: 512, pushedRequest: 8192 },
  /** An item of DynamoDB may have 400 KB, which numbers and lists fill half as much again as their JSON. */
  record: 262_144,
  ...{ resources: 10, resourceCharacters: 1024 },
  /** OpenID Connect Core section 2. */
  sub: 255,
  /** Of one client, and of an RSA key: FAPI 2.0 section 5.4.1, and the work of a verification that anyone can ask for. */
  ...{ keys: 100, leastBits: 2048, mostBits: 8192, exponent: 4_294_967_295 },
} as const

/** The rule of `shared/token/resource.ts`. */
export const RESOURCES =
  `must be absolute URIs without a fragment, at most ${LIMITS.resources}, and at most ${LIMITS.resourceCharacters} characters together.` as const

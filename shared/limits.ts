/** The limits in the messages of refusals. Most of them keep the items of the store small. */
export const LIMITS = {
  // Authlete's limits, in UTF-16 units. `listedTokens` counts the tokens in one answer.
  ...{ subject: 100, state: 2048, setting: 200, listedTokens: 1000 },
  // These are in bytes.
  ...{ nonce: 512, acrValues: 2048, claims: 2048, headers: 512, pushedRequest: 8192 },
  /** Bytes of JSON. An item of DynamoDB may have 400 KB, and its numbers and lists take half as much space again as their JSON. */
  record: 262_144,
  ...{ resources: 10, resourceCharacters: 1024 },
  /** The longest `sub` (OpenID Connect Core section 2). */
  sub: 255,
  /** The keys of one client, the bits of an RSA key (FAPI 2.0 section 5.4.1), and limits on the work of a verification that anyone can cause. */
  ...{ keys: 100, leastBits: 2048, mostBits: 8192, exponent: 4_294_967_295 },
} as const

/** The rule of `shared/token/resource.ts`, as the end of a sentence. */
export const RESOURCES =
  `must be absolute URIs without a fragment. Their number must not exceed ${LIMITS.resources}, and together they must not exceed ${LIMITS.resourceCharacters} characters.` as const

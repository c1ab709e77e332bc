import * as z from 'zod/mini'

const OwnerCredential = z.object({
  apiKey: z.string(),
  apiSecretDigest: z.string(),
  organizationTokenDigest: z.string(),
})
export type OwnerCredential = z.infer<typeof OwnerCredential>

/**
 * The owner, who manages the services (architecture, section 1). Each credential has key and secret for v2, and a token for v3. While one
 * replaces another there are two.
 */
export const Owner = z.object({ credentials: z.array(OwnerCredential) })
export type Owner = z.infer<typeof Owner>

import * as z from 'zod/mini'
import { lazyObject } from '../lazy-object.ts'

const OwnerCredential = lazyObject(() => ({
  apiKey: z.string(),
  apiSecretDigest: z.string(),
  organizationTokenDigest: z.string(),
}))
export type OwnerCredential = z.infer<typeof OwnerCredential>

/**
 * The owner, who manages the services (architecture, section 1). Each credential has key and secret for v2, and a token for v3. While one
 * replaces another there are two.
 */
export const Owner = lazyObject(() => ({ credentials: z.array(OwnerCredential) }))
export type Owner = z.infer<typeof Owner>

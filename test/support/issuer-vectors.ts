import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { load } from './vectors.ts'

const texts = z.array(z.string())

/** OpenSSL's findings for the certificates in `issuers/`. */
export const issuerVectors = load(
  'issuers/vector.json',
  z.strictObject({
    about: z.string(),
    signed_by: z.record(z.string(), texts),
    authorities: texts,
    for_clients: z.record(z.string(), z.boolean()),
    open_banking: z.strictObject({ rfc4514: texts, reversed: texts, slash: texts }),
  }),
)

/** Each certificate of a client with each authority, and whether the key of the authority signed it. */
export const issuerPairs = Object.entries(issuerVectors.signed_by).flatMap(([client, signers]) =>
  issuerVectors.authorities.map((authority) => [client, authority, signers.includes(authority)] as const),
)

/** The PEM file of a certificate in `issuers/`. */
export function issuerPem(name: string): string {
  return readFileSync(new URL(`../vectors/issuers/${name}.pem`, import.meta.url), 'utf8')
}

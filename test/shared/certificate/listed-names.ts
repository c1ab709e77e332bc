import * as z from 'zod/mini'
import { load } from '../../support/vectors.ts'

const names = z.array(z.string())
const registered = z.optional(z.array(z.record(z.string(), z.string())))

export const SAN_KINDS = ['dns', 'uri', 'email', 'ip'] as const

/** The alternative names of `certificates.json`. */
export const { certificates: listedNames } = load(
  'certificates.json',
  z.object({
    certificates: z.array(
      z.object({
        name: z.string(),
        san: z.strictObject({ dns: names, uri: names, ip: names, email: names, other: names }),
        tls_client_auth_matches: registered,
        tls_client_auth_does_not_match: registered,
      }),
    ),
  }),
)

/** Every `tls_client_auth_san_*` value there, and whether it names the certificate. */
export const registeredNames = listedNames.flatMap(
  ({ name, tls_client_auth_matches, tls_client_auth_does_not_match }) => [
    ...valuesOf(tls_client_auth_matches).map((entry) => ({ ...entry, name, matches: true })),
    ...valuesOf(tls_client_auth_does_not_match).map((entry) => ({ ...entry, name, matches: false })),
  ],
)

function valuesOf(entries: z.infer<typeof registered> = []) {
  return entries.flatMap((entry) =>
    SAN_KINDS.flatMap((kind) => {
      const value = entry[`tls_client_auth_san_${kind}`]
      return value === undefined ? [] : [{ kind, value }]
    }),
  )
}

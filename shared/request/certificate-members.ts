import * as z from 'zod/mini'
import { isThumbprint, type Thumbprint } from '../certificate/thumbprint.ts'
import { listFromText } from './body.ts'

/** The members of a call with the certificate of a client and the further certificates that the client sent. */
export const certificateMembers = () => ({
  clientCertificate: z.optional(z.string()),
  clientCertificatePath: z.optional(z.pipe(z.transform(certificateList), z.array(z.string()))),
})

/** In a form body a list is one text with spaces between its items. PEM contains spaces, so it is split at its labels. */
function certificateList(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes(BEGIN)) return listFromText(value)
  return value.split(new RegExp(`(?=${BEGIN})`)).filter((text) => text.trim() !== '')
}

const BEGIN = '-----BEGIN '

/** The thumbprint of a certificate, as in `x5t#S256`. */
export const thumbprintMember = z.lazy(() =>
  z.pipe(
    z.string().check(z.refine((text) => isThumbprint(text))),
    z.transform((text) => text as Thumbprint),
  ),
)

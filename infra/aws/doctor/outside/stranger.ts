import { type Identity, makeIdentity } from '../../../connections/identity.ts'
import type { InspectedDeployment } from '../check.ts'

const HOUR_MILLISECONDS = 3_600_000

/** Makes a certificate that no CA has issued. */
export function stranger({ now }: Pick<InspectedDeployment, 'now'>): Promise<Identity> {
  const at = now().getTime()
  const dates = { notBefore: new Date(at - HOUR_MILLISECONDS), notAfter: new Date(at + HOUR_MILLISECONDS) }
  return makeIdentity({ profile: 'client', commonName: 'certbound doctor', ...dates })
}

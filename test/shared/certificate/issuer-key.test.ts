import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { issuerKey } from '../../../shared/certificate/issuer-key.ts'
import { builtCertificate } from '../../support/built-certificate.ts'

/** The base points of SEC 2 version 2, sections 2.4.2 and 2.5.1, compressed, with the SubjectPublicKeyInfo up to the point (RFC 5480). */
const POINTS = {
  secp256r1: [
    '3039301306072a8648ce3d020106082a8648ce3d030107032200',
    '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  ],
  secp384r1: [
    '3046301006072a8648ce3d020106052b81040022033200',
    '03aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7',
  ],
}

test.each(Object.entries(POINTS))(
  'a CA has one key, also if one of its certificates has the point on %s compressed',
  async (_, parts) => {
    const compressed = createPublicKey({
      key: Buffer.from(parts.join(''), 'hex'),
      format: 'der',
      type: 'spki',
    })
    const whole = createPublicKey({ key: compressed.export({ format: 'jwk' }), format: 'jwk' })
    const [first, second] = await Promise.all(
      [compressed, whole].map((publicKey) => builtCertificate({ publicKey })),
    )
    expect(first?.includes(Buffer.from(parts[1] ?? '', 'hex'))).toBe(true)
    expect(second?.length).toBeGreaterThan(first?.length ?? 0)
    expect(first && issuerKey(first)).toBe(second && issuerKey(second))
  },
)

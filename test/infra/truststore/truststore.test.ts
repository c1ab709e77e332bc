import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { Certificate } from 'pkijs'
import { afterAll, describe, expect, test } from 'vitest'
import { isAnchored, readTruststore, type Truststore } from '../../../infra/truststore/truststore.ts'
import { freshKey, makeAuthority, makeIdentity, vector, type Authority } from '../emulator/tls-client.ts'

const directory = mkdtempSync(join(tmpdir(), 'truststore-'))
const file = join(directory, 'bundle.pem')
afterAll(() => rmSync(directory, { recursive: true }))

function read(text: string): Promise<Truststore> {
  writeFileSync(file, text)
  return readTruststore(file)
}
const subjectsIn = async (text: string) => (await read(text)).map(({ subject }) => subject)
const complaint = (text: string) => read(text).catch((error: unknown) => (error as Error).message)
const leaf = (name: string) => new X509Certificate(vector(name))

function withoutExtensions(certificate: Certificate): Certificate {
  delete certificate.extensions
  return certificate
}

describe('readTruststore', () => {
  const root = vector('ca-root')
  const subjects = ['ca-root', 'ca-issuing', 'self-signed-ec'].map((name) => leaf(name).subject)

  test('a trust store has every certificate of its bundle, in the same order', async () => {
    expect(await subjectsIn(root + vector('ca-issuing') + vector('self-signed-ec'))).toEqual(subjects)
  })

  test('a bundle may have comments, blank lines and other line ends', async () => {
    const text = `\ufeff# Root\n${root}\n\nIssuing CA\n==========\n${vector('ca-issuing')}`
    expect(await subjectsIn(text.replaceAll('\n', '\r\n'))).toEqual(subjects.slice(0, 2))
  })

  test.each([
    ['an empty file', '', 'it contains no PEM certificate'],
    ['text without a certificate', 'hello', 'it contains no PEM certificate'],
    ['a certificate cut off', root.slice(0, 300), 'it contains an incomplete PEM certificate'],
    [
      'a private key beside a certificate',
      root + vector('client-other.test-key'),
      'it contains an incomplete',
    ],
    [
      'a block with another label',
      root.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
      'it contains an incomplete',
    ],
    [
      'bytes that are not a certificate',
      root + root.replace(/MII.{60}/, 'A'.repeat(64)),
      'certificate 2 is invalid',
    ],
  ])('a bundle is refused in one line that names the file if it is %s', async (_name, text, line) => {
    const refusal = await complaint(text)
    expect(refusal).toContain(`truststore ${file}: ${line}`)
    expect(refusal).not.toContain('\n')
  })

  test('a bundle that cannot be read is refused with the reason', async () => {
    const absent = join(directory, 'absent.pem')
    await expect(readTruststore(absent)).rejects.toThrow(`truststore ${absent}: cannot be read (ENOENT)`)
  })

  test('any changed bundle gives one certificate or one line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(root.length - 1),
        fc.constantFrom('-', '\n', 'A', '\0', ''),
        async (at, character) => {
          const outcome = await complaint(root.slice(0, at) + character + root.slice(at + 1))
          if (typeof outcome === 'string') expect(outcome).toMatch(/^truststore .*: .*$/)
          else expect(outcome).toHaveLength(1)
        },
      ),
    )
  })
})

describe('isAnchored', () => {
  const now = new Date()
  const yearsAhead = (years: number) => new Date(now.getTime() + years * 365 * 86_400_000)

  /** A root and `count - 1` intermediates below it, the lowest last. */
  async function chain(count: number): Promise<Authority[]> {
    const authorities = [await makeAuthority('CA 1')]
    for (let number = 2; number <= count; number++) {
      authorities.push(await makeAuthority(`CA ${number}`, authorities.at(-1)))
    }
    return authorities
  }

  const leafBelow = async (authority: Authority | undefined) =>
    new X509Certificate((await makeIdentity(authority, {})).cert)

  /** Whether a leaf is anchored if these authorities are trusted. */
  const anchored = (certificate: X509Certificate, trusted: readonly Authority[], time = now) =>
    isAnchored(
      certificate,
      trusted.map((authority) => authority.certificate),
      time,
    )

  test.each([
    { count: 1, expected: true },
    { count: 4, expected: true },
    { count: 5, expected: false },
  ])('a leaf below $count CA certificates is anchored: $expected', async ({ count, expected }) => {
    const authorities = await chain(count)
    const certificate = await leafBelow(authorities.at(-1))
    expect(anchored(certificate, authorities)).toBe(expected)
    expect(anchored(certificate, authorities.toReversed())).toBe(expected)
  })

  test('a leaf is anchored only if every certificate of its path is in the trust store', async () => {
    const authorities = await chain(3)
    const certificate = await leafBelow(authorities.at(-1))
    for (const missing of authorities) {
      const others = authorities.filter((authority) => authority !== missing)
      expect(anchored(certificate, others)).toBe(false)
    }
  })

  test('a leaf is anchored only while every CA certificate is valid', async () => {
    const authorities = await chain(2)
    const certificate = await leafBelow(authorities.at(-1))
    const at = [now, yearsAhead(1), yearsAhead(-1)].map((time) => anchored(certificate, authorities, time))
    expect(at).toEqual([true, false, false])
  })

  test('a CA with the name of the issuer and another key is not the issuer', async () => {
    const [real, impostor] = [await makeAuthority('CA'), await makeAuthority('CA')]
    const certificate = await leafBelow(real)
    expect(anchored(certificate, [impostor])).toBe(false)
    expect(anchored(certificate, [impostor, real])).toBe(true)
  })

  test('a CA with the key of the issuer and another name is not the issuer', async () => {
    const real = await makeAuthority('CA')
    const renamed = await makeAuthority('Renamed CA', undefined, real.key)
    expect(anchored(await leafBelow(real), [renamed])).toBe(false)
  })

  test('a leaf that names a CA and its key identifier must be signed by it', async () => {
    const real = await makeAuthority('CA')
    const forged = await leafBelow({ certificate: real.certificate, key: freshKey() })
    expect(anchored(forged, [real])).toBe(false)
  })

  test.each([
    ['is marked as no CA', (certificate: Certificate) => certificate],
    ['has no such mark', withoutExtensions],
  ])('a listed self-signed certificate that %s issues nothing', async (_name, altered) => {
    const { cert, key } = await makeIdentity(undefined, { commonName: 'self' })
    const signed = altered(Certificate.fromBER(new X509Certificate(cert).raw))
    const signingKey = createPrivateKey(key).toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ])
    await signed.sign(signingKey, 'SHA-256')
    const listed = new X509Certificate(Buffer.from(signed.toSchema().toBER()))
    expect(isAnchored(listed, [listed], now)).toBe(true)
    expect(anchored(await leafBelow({ certificate: listed, key }), [{ certificate: listed, key }])).toBe(
      false,
    )
  })

  test('a self-signed certificate is anchored only if it is listed itself', async () => {
    const own = new X509Certificate((await makeIdentity(undefined, { commonName: 'self' })).cert)
    const namesake = new X509Certificate((await makeIdentity(undefined, { commonName: 'self' })).cert)
    expect(isAnchored(own, [namesake, own], now)).toBe(true)
    expect(isAnchored(own, [namesake], now)).toBe(false)
  })

  test('a leaf that is listed itself is not its own anchor', () => {
    expect(isAnchored(leaf('client-ec-p256'), [leaf('client-ec-p256'), leaf('ca-root')], now)).toBe(false)
  })
})

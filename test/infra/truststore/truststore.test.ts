import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { Certificate } from 'pkijs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isAnchored, readTruststore } from '../../../infra/truststore/truststore.ts'
import { freshKey, makeAuthority, makeIdentity, vector, type Authority } from '../emulator/tls-client.ts'

async function bundle(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'truststore-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'bundle.pem')
  await writeFile(file, text)
  return file
}

const read = async (text: string) => (await readTruststore(await bundle(text))).map((entry) => entry.subject)
const leaf = (name: string) => new X509Certificate(vector(name))

function withoutExtensions(certificate: Certificate): Certificate {
  delete certificate.extensions
  return certificate
}

describe('readTruststore', () => {
  const root = vector('ca-root')
  const subjects = ['ca-root', 'ca-issuing', 'self-signed-ec'].map((name) => leaf(name).subject)

  test('reads every certificate of a bundle in its order', async () => {
    expect(await read(root + vector('ca-issuing') + vector('self-signed-ec'))).toEqual(subjects)
  })

  test('reads past comments, blank lines and other line ends', async () => {
    const text = `\ufeff# Root\n${root}\n\nIssuing CA\n==========\n${vector('ca-issuing')}`
    expect(await read(text.replaceAll('\n', '\r\n'))).toEqual(subjects.slice(0, 2))
  })

  test.each([
    ['an empty file', '', 'no PEM certificate in it'],
    ['text without a certificate', 'hello', 'no PEM certificate in it'],
    ['a certificate cut off', root.slice(0, 300), 'something in it is not a complete PEM certificate'],
    ['a private key beside a certificate', root + vector('client-other.test-key'), 'something in it is not'],
    [
      'a block with another label',
      root.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
      'something in it is not',
    ],
    [
      'bytes that are no certificate',
      root + root.replace(/MII.{60}/, 'A'.repeat(64)),
      'certificate 2 is broken',
    ],
  ])('refuses %s in one line that names the file', async (_name, text, complaint) => {
    const file = await bundle(text)
    const refusal = await readTruststore(file).catch((error: unknown) => (error as Error).message)
    expect(refusal).toContain(`truststore ${file}: ${complaint}`)
    expect(refusal).not.toContain('\n')
  })

  test('says why a file cannot be read', async () => {
    const file = join(await bundle(''), 'not-there.pem')
    await expect(readTruststore(file)).rejects.toThrow(`truststore ${file}: cannot be read (ENOTDIR)`)
  })

  test('makes one certificate or one line of any changed bundle', async () => {
    const file = await bundle('')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(root.length - 1),
        fc.constantFrom('-', '\n', 'A', '\0', ''),
        async (at, character) => {
          await writeFile(file, root.slice(0, at) + character + root.slice(at + 1))
          const outcome = await readTruststore(file).catch((error: unknown) => (error as Error).message)
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

  async function leafBelow(authorities: Authority[]): Promise<X509Certificate> {
    return new X509Certificate((await makeIdentity(authorities.at(-1), {})).cert)
  }

  test.each([
    { count: 1, anchored: true },
    { count: 4, anchored: true },
    { count: 5, anchored: false },
  ])('a leaf below $count CA certificates: $anchored', async ({ count, anchored }) => {
    const authorities = await chain(count)
    const truststore = authorities.map(({ certificate }) => certificate)
    expect(isAnchored(await leafBelow(authorities), truststore, now)).toBe(anchored)
    expect(isAnchored(await leafBelow(authorities), truststore.reverse(), now)).toBe(anchored)
  })

  test('every link has to be in the truststore', async () => {
    const authorities = await chain(3)
    const certificate = await leafBelow(authorities)
    for (const missing of authorities) {
      const others = authorities.filter((authority) => authority !== missing)
      expect(
        isAnchored(
          certificate,
          others.map((authority) => authority.certificate),
          now,
        ),
      ).toBe(false)
    }
  })

  test('every CA certificate has to be valid at the time', async () => {
    const authorities = await chain(2)
    const truststore = authorities.map(({ certificate }) => certificate)
    const certificate = await leafBelow(authorities)
    expect(isAnchored(certificate, truststore, now)).toBe(true)
    expect(isAnchored(certificate, truststore, yearsAhead(1))).toBe(false)
    expect(isAnchored(certificate, truststore, yearsAhead(-1))).toBe(false)
  })

  test('a CA of the same name with another key is no issuer', async () => {
    const [real, impostor] = [await makeAuthority('CA'), await makeAuthority('CA')]
    const certificate = await leafBelow([real])
    expect(isAnchored(certificate, [impostor.certificate], now)).toBe(false)
    expect(isAnchored(certificate, [impostor.certificate, real.certificate], now)).toBe(true)
  })

  test('a CA of another name with the same key is no issuer', async () => {
    const real = await makeAuthority('CA')
    const renamed = await makeAuthority('Renamed CA', undefined, real.key)
    expect(isAnchored(await leafBelow([real]), [renamed.certificate], now)).toBe(false)
  })

  test('a leaf that names a CA and its key identifier has to be signed by it', async () => {
    const real = await makeAuthority('CA')
    const forged = await leafBelow([{ certificate: real.certificate, key: freshKey() }])
    expect(isAnchored(forged, [real.certificate], now)).toBe(false)
  })

  test.each([
    ['says it is no CA', (certificate: Certificate) => certificate],
    ['does not say it is one', withoutExtensions],
  ])('a listed self-signed certificate that %s issues nothing', async (_name, altered) => {
    const { cert, key } = await makeIdentity(undefined, { commonName: 'self' })
    const signed = altered(Certificate.fromBER(new X509Certificate(cert).raw))
    const signingKey = createPrivateKey(key).toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ])
    await signed.sign(signingKey, 'SHA-256')
    const listed = new X509Certificate(Buffer.from(signed.toSchema().toBER()))
    expect(isAnchored(listed, [listed], now)).toBe(true)
    expect(isAnchored(await leafBelow([{ certificate: listed, key }]), [listed], now)).toBe(false)
  })

  test('a self-signed certificate has to be listed itself', async () => {
    const own = new X509Certificate((await makeIdentity(undefined, { commonName: 'self' })).cert)
    const namesake = new X509Certificate((await makeIdentity(undefined, { commonName: 'self' })).cert)
    expect(isAnchored(own, [namesake, own], now)).toBe(true)
    expect(isAnchored(own, [namesake], now)).toBe(false)
  })

  test('a leaf that is listed itself is not its own anchor', () => {
    expect(isAnchored(leaf('client-ec-p256'), [leaf('client-ec-p256'), leaf('ca-root')], now)).toBe(false)
  })
})

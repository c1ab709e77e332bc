import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTruststoreFiles } from '../../../../infra/aws/deployment/truststore-files.ts'
import { builtCertificate } from '../../../support/built-certificate.ts'
import { certificatePem } from '../../../support/vectors.ts'

const NOW = new Date('2026-11-25T00:00:00Z')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-truststore-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (text: string, now = NOW) => {
  const file = join(folder, 'clients.pem')
  writeFileSync(file, text)
  return readTruststoreFiles([file], now)
}
const vectors = (...names: string[]) => read(names.map((name) => certificatePem(name)).join(''))

describe('is taken', () => {
  test('a root with its intermediate, and a self-signed client certificate', async () => {
    const { complaints, warnings, subjects, pem } = await vectors('ca-root', 'ca-issuing', 'self-signed-ec')
    expect({ complaints, warnings }).toEqual({ complaints: [], warnings: [] })
    expect(subjects[0]).toBe('CN=Certbound Test Root CA, O=Certbound Test, C=JP')
    expect(pem).toBe(['ca-root', 'ca-issuing', 'self-signed-ec'].map((name) => certificatePem(name)).join(''))
  })

  test('the same certificate twice, once', async () => {
    expect((await vectors('ca-root', 'ca-root')).subjects).toHaveLength(1)
  })

  test('a certificate that ends within 30 days, with a warning', async () => {
    const { complaints, warnings } = await read(certificatePem('ca-root'), new Date('2049-12-15T00:00:00Z'))
    expect(complaints).toEqual([])
    expect(warnings).toEqual([
      expect.stringContaining('CN=Certbound Test Root CA, O=Certbound Test, C=JP expires soon'),
    ])
  })
})

describe('is refused by name', () => {
  test.each([
    ['expired', 'has expired'],
    ['not-yet-valid', 'is not valid yet'],
    ['weak-rsa-1024', 'a key or a signature that API Gateway does not take'],
    ['client-ec-p256', 'is neither a CA nor self-signed'],
    ['client-ed25519', 'a key or a signature that API Gateway does not take'],
  ])('%s, which %s', async (name, told) => {
    const { complaints } = await vectors('ca-root', 'ca-issuing', name)
    expect(complaints.join('\n')).toContain(told)
  })

  test('an intermediate without its root', async () => {
    const { complaints } = await vectors('ca-issuing')
    expect(complaints).toEqual([
      'trust store: CN=Certbound Test Issuing CA, O=Certbound Test, C=JP does not lead to a root: add CN=Certbound Test Root CA, O=Certbound Test, C=JP',
    ])
  })

  test('a curve of less than 256 bits', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp224r1' })
    const der = await builtCertificate({ subject: 'small', publicKey })
    expect(privateKey.type).toBe('private')
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`
    expect((await read(pem)).complaints).toEqual([expect.stringContaining('CN=small has a key')])
  })

  test('a file that is not there, and one that holds something else', async () => {
    const absent = await readTruststoreFiles([join(folder, 'absent.pem')], NOW)
    expect(absent.complaints).toEqual([expect.stringMatching(/absent.pem: cannot be read \(ENOENT\)/)])
    const key = await read('-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n')
    expect(key.complaints).toEqual([expect.stringContaining('not a complete PEM certificate')])
  })
})

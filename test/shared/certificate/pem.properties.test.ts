import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedCertificate, readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import { certificatePem, pemSpellings, spelling } from '../../support/vectors.ts'

const der = Buffer.from(pemSpellings.expected_der_base64, 'base64')

/** The certificate that was read, or `undefined` if there was none or it was refused. Any other error fails the test. */
function attempt(text: string): Der | undefined {
  try {
    return readCertificate(text)
  } catch (error) {
    if (error instanceof MalformedCertificate) return undefined
    throw error
  }
}

const names = [
  ...['client-ec-p256', 'client-rsa-2048', 'dn-utf8', 'san-other-kinds', 'serial-high-bit'],
  ...['weak-rsa-1024'],
]
const gap = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
const respelled = fc
  .record({
    name: fc.constantFrom(...names),
    width: fc.integer({ min: 1, max: 120 }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r', ' ', '\t', '\n\n', ''),
    labelled: fc.boolean(),
    before: gap,
    between: gap,
    after: gap,
    encode: fc.constantFrom(
      (text: string) => text,
      (text: string) => text.replaceAll('\r\n', '\\r\\n').replaceAll('\n', '\\n'),
      (text: string) => encodeURIComponent(text),
      (text: string) => encodeURI(text),
      (text: string) => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase()),
    ),
  })
  .map(({ name, width, lineEnd, labelled, before, between, after, encode }) => {
    const certificate = new X509Certificate(certificatePem(name)).raw
    const lines = certificate.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []
    const body = lines.join(lineEnd + between)
    const [begin, end] = labelled ? ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'] : ['', '']
    return { certificate, text: encode(before + begin + lineEnd + body + lineEnd + end + after) }
  })

test('every legal spelling of a certificate gives its DER', () => {
  fc.assert(
    fc.property(respelled, ({ certificate, text }) => {
      expect(readCertificate(text)).toEqual(certificate)
    }),
    { numRuns: 500 },
  )
})

const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '\\n',
      '%0A',
      '\n',
      '=',
      '(null)',
    ),
    fc.constantFrom(der.toString('base64'), der.toString('base64url'), 'MAA=', 'MIIC'),
    fc.string({ unit: 'binary' }),
    fc.base64String(),
  ),
  { maxLength: 6 },
)

test('a text is absent, refused, or the base64 of the bytes that were read', () => {
  fc.assert(
    fc.property(
      pieces.map((parts) => parts.join('')),
      (text) => {
        const read = attempt(text)
        if (read === undefined) return
        const given = text.includes('%') ? decodeURIComponent(text) : text.replaceAll('\\n', '')
        expect(given.replace(/-----(BEGIN|END) CERTIFICATE-----|[ \t\r\n]/g, '')).toBe(
          read.toString('base64'),
        )
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a text with one character changed never gives the same certificate', () => {
  const canonical = spelling('canonical').trim()
  const changed = fc
    .tuple(fc.nat(canonical.length - 1), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }))
    .map(([at, character]) => canonical.slice(0, at) + character + canonical.slice(at + 1))
    .filter((text) => text.replace(/[ \t\r\n]/g, '') !== canonical.replace(/[ \t\r\n]/g, ''))
  fc.assert(
    fc.property(changed, (text) => {
      expect(attempt(text)).not.toEqual(der)
    }),
    { numRuns: 500 },
  )
})

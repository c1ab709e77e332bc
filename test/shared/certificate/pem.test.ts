import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import {
  MalformedCertificate,
  readCertificate,
  type MalformedReason,
} from '../../../shared/certificate/pem.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { load, pemSpellings, Spelling, spelling } from '../../support/vectors.ts'

function thrown(text: string): MalformedCertificate {
  try {
    readCertificate(text)
  } catch (error) {
    if (error instanceof MalformedCertificate) return error
  }
  throw new Error('nothing was thrown')
}

type Outcome = { absent: true } | { thumbprint: string } | { refused: MalformedReason }

function attempt(text: string | undefined): Outcome {
  try {
    const der = readCertificate(text)
    return der === undefined ? { absent: true } : { thumbprint: thumbprint(der) }
  } catch (error) {
    if (error instanceof MalformedCertificate) return { refused: error.reason }
    throw error
  }
}

function expected(entry: z.infer<typeof Spelling>): Outcome[] {
  if (entry.verdict === 'absent') return [{ absent: true }]
  if (entry.verdict === 'accept') return [{ thumbprint: entry['x5t#S256'] ?? '' }]
  return [entry.reason, ...(entry.reason_may_also_be ?? [])].map((refused) => ({
    refused: refused as MalformedReason,
  }))
}

const der = Buffer.from(pemSpellings.expected_der_base64, 'base64')

/** A DER element. Its content must be shorter than 128 bytes. */
const element = (tag: number, ...content: Buffer[]) => {
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
}
const base64 = (...parts: Buffer[]) => Buffer.concat(parts).toString('base64')

const text = pemSpellings.spellings.filter(({ source }) => source === 'text')

test.each(text.filter(({ thumbprint_differs }) => !thumbprint_differs))(
  'the spelling $id has the verdict $verdict: $why',
  (entry) => {
    expect(expected(entry)).toContainEqual(attempt(spelling(entry.id)))
  },
)

test.each(text.filter(({ thumbprint_differs }) => thumbprint_differs))(
  'the spelling $id gives another thumbprint: $why',
  ({ id }) => {
    const outcome = attempt(spelling(id))
    expect(outcome).toHaveProperty('thumbprint')
    expect(outcome).not.toEqual({ thumbprint: pemSpellings['expected_x5t#S256'] })
  },
)

test.each(text.filter(({ verdict, thumbprint_differs }) => verdict === 'accept' && !thumbprint_differs))(
  '$id gives exactly the bytes of the certificate',
  ({ id }) => {
    expect(readCertificate(spelling(id))).toEqual(der)
  },
)

const { spellings } = load(
  'article/spellings.json',
  z.strictObject({ about: z.string(), certificate: z.unknown(), spellings: z.array(Spelling) }),
)

test.each(spellings)("the article's spelling $id: $verdict, $why", (entry) => {
  expect(expected(entry)).toContainEqual(attempt(entry.text))
})

const padded = (length: number) => spelling('canonical').padEnd(length, '\n')

test.each([
  ['at the limit', padded(65_536), { thumbprint: pemSpellings['expected_x5t#S256'] }],
  ['one over the limit', padded(65_537), { refused: 'too-large' }],
  ['white space over the limit', ' '.repeat(65_537), { refused: 'too-large' }],
  ['undefined', undefined, { absent: true }],
  ['white space outside ASCII', '\u00a0', { refused: 'not-ascii' }],
  ['vertical tab', '\v', { refused: 'not-base64' }],
  ['encoded white space', '%0A', { refused: 'empty' }],
  ['only a literal \\n', '\\n', { refused: 'empty' }],
  ['(null) with a newline', '(null)\n', { refused: 'not-base64' }],
  [
    'labels that share their hyphens',
    '-----BEGIN CERTIFICATE-----END CERTIFICATE-----',
    { refused: 'empty' },
  ],
  [
    'white space within a label',
    spelling('canonical').replace('BEGIN ', 'BEGIN\n'),
    { refused: 'no-begin-label' },
  ],
  [
    'both encodings at once',
    spelling('url-encoded').replaceAll('%0A', '\\n'),
    { refused: 'surrounding-text' },
  ],
  ['bytes that are not UTF-8', '%ff', { refused: 'bad-encoding' }],
  ['an encoded letter outside ASCII', '%C3%AB', { refused: 'not-ascii' }],
] as const)('the outcome at a limit or edge is as declared: %s', (_name, text, outcome) => {
  expect(attempt(text)).toEqual(outcome)
})

test.each(['private-key', 'private-key-url-encoded', 'certificate-and-private-key'])(
  'the error has nothing of the input: %s',
  (id) => {
    const [, secret = ''] = /(MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg)/.exec(spelling(id)) ?? []
    expect(secret).not.toBe('')
    const error = thrown(spelling(id))
    expect(error.message).toBe('malformed certificate: private-key')
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret)
  },
)

const [sequence, integer, bits] = [
  element(0x30),
  element(0x02, Buffer.from([1])),
  element(0x03, Buffer.from([0])),
]
const version = element(0xa0, integer)
const names = [sequence, sequence, sequence, sequence, sequence]
const certificate = (...tbs: Buffer[]) => base64(element(0x30, element(0x30, ...tbs), sequence, bits))

test.each([
  ['version 1', certificate(integer, ...names)],
  ['version 3', certificate(version, integer, ...names, element(0xa3))],
  [
    'unique identifiers',
    certificate(version, integer, ...names, element(0x81), element(0x82), element(0xa3)),
  ],
])('the structure of %s is read', (_name, text) => {
  expect(attempt(text)).toHaveProperty('thumbprint')
})

test.each([
  ['no serial number', certificate(version, ...names)],
  ['a field missing', certificate(version, integer, sequence, sequence, sequence, sequence)],
  ['a field too many', certificate(version, integer, ...names, sequence)],
  ['optional fields out of order', certificate(version, integer, ...names, element(0xa3), element(0x82))],
  ['a revocation list', certificate(integer, sequence, sequence, element(0x17), element(0x17), sequence)],
  ['no signature', base64(element(0x30, element(0x30, version, integer, ...names), sequence))],
  ['more after the signature', base64(element(0x30, element(0x30, integer, ...names), sequence, bits, bits))],
])('the structure of %s is refused', (_name, text) => {
  expect(attempt(text)).toEqual({ refused: 'not-a-certificate' })
})

const long = Buffer.concat([Buffer.from([0x30, 0x81, 0x02]), integer.subarray(0, 2)])
test.each([
  ['a tag without a length', base64(Buffer.from([0x30])), 'truncated'],
  ['a length cut off', base64(Buffer.from([0x30, 0x82, 0x01])), 'truncated'],
  ['a length beyond any number', base64(Buffer.from([0x30, 0xff]), Buffer.alloc(127, 0xff)), 'truncated'],
  ['one byte less than the declared length', base64(Buffer.from([0x30, 0x02, 0x05])), 'truncated'],
  ['one byte more than the declared length', base64(sequence, Buffer.from([0])), 'trailing-bytes'],
  ['a field longer than what holds it', base64(element(0x30, Buffer.from([0x30, 0x05, 0x02]))), 'truncated'],
  ['a short length in the long form', base64(long), 'not-der'],
  [
    'a long form with a leading zero',
    base64(Buffer.from([0x30, 0x82, 0, 0x80]), Buffer.alloc(128)),
    'not-der',
  ],
  ['a field in the long form', base64(element(0x30, long)), 'not-der'],
])('a certificate with %s is refused', (_name, text, refused) => {
  expect(attempt(text)).toEqual({ refused })
})

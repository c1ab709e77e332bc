import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { readSubject } from '../../shared/certificate/names.ts'
import { type Der, MalformedCertificate } from '../../shared/certificate/pem.ts'
import { isSanValue, matchesSan, type SanKind } from '../../shared/certificate/subject-alternative-names.ts'
import {
  MalformedDistinguishedName,
  isSameName,
  parseDistinguishedName,
} from '../../shared/certificate/subject-dn.ts'
import { vector } from './certificates.ts'
import { encodeDer, type Node, objectIdentifier, parseDer, primitive, sequence, set } from './der.ts'
import { require, type Target, unlessRefused } from './target.ts'

/** The certificate of a vector with another subject and other names. Its signature is wrong, which no reader of names checks. */
function certificateWith({
  subject,
  names,
}: {
  readonly subject?: Node
  readonly names?: readonly Node[]
}): Der {
  const tree = parseDer(vector('client-ec-p256')) ?? []
  const parts = tree[0]?.children?.[0]?.children ?? []
  if (subject !== undefined) parts[5] = subject
  if (names !== undefined) {
    const extension = sequence(objectIdentifier('2.5.29.17'), { tag: 4, children: [sequence(...names)] })
    parts[parts.length - 1] = { tag: 0xa3, children: [sequence(extension)] }
  }
  return encodeDer(tree) as Der
}

interface Attribute {
  readonly type: string
  readonly tag: number
  readonly value: string
}

const TYPES = new Map<string, string>([
  ...([
    ['CN', '2.5.4.3'],
    ['O', '2.5.4.10'],
    ['OU', '2.5.4.11'],
    ['emailAddress', '1.2.840.113549.1.9.1'],
  ] as const),
  ...([
    ['serialNumber', '2.5.4.5'],
    ['1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.99999.1'],
  ] as const),
])
const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc
    .array(fc.constantFrom('a', 'B', ' ', ',', '+', '=', '\\', '#', ';', '"', '<', '>', 'é', 'K'), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
)
/** UTF8String, PrintableString, IA5String. */
const attribute = fc.record({
  type: fc.constantFrom(...TYPES.keys()),
  tag: fc.constantFrom(12, 12, 19, 22),
  value,
})

/** A name in a certificate, and its text by RFC 4514, which this file writes a second time. */
const subjects: Target = {
  name: 'subject',
  runs: 200,
  input: fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
  check: async (input) => {
    const rdns = input as Attribute[][]
    const der = certificateWith({ subject: sequence(...rdns.map((rdn) => set(...rdn.map(nodeOf)))) })
    const read = await unlessRefused([MalformedCertificate], () => readSubject(der))
    const text = rdns
      .map((rdn) => rdn.map(textOf).join('+'))
      .reverse()
      .join(',')
    const parsed = await unlessRefused([MalformedDistinguishedName], () => parseDistinguishedName(text))
    const isAscii = rdns.flat().every(({ tag, value }) => tag === 12 || /^[ -~]*$/.test(value))
    if (!isAscii || read === undefined || parsed === undefined) return
    require(isSameName(read.subject, parsed), `not equal to ${text}`)
    const other = await parseDistinguishedName(`CN=other,${text}`)
    require(!isSameName(read.subject, other), `equal to another name than ${text}`)
  },
}

const nodeOf = ({ type, tag, value }: Attribute) =>
  sequence(objectIdentifier(TYPES.get(type) ?? ''), primitive(tag, value))

/** RFC 4514 section 2.4. */
function textOf({ type, value }: Attribute): string {
  const escaped = value.replace(/["+,;<=>\\#]/g, '\\$&').replace(/^ | $/g, '\\20')
  return `${type}=${escaped}`
}

/** Any text in place of a registered name. */
const nameTexts: Target = {
  name: 'subject-text',
  runs: 3_000,
  input: fc
    .array(
      fc.oneof(
        fc.constantFrom('CN', 'cn', 'OU', 'emailAddress', '2.5.4.3', '2.5', '1.2.840.113549.1.9.1'),
        fc.constantFrom(
          '=',
          ',',
          '+',
          '\\',
          '\\,',
          '\\2C',
          '\\c3\\a9',
          '#',
          '#0c0161',
          '#30800000',
          ' ',
          '"',
          ';',
        ),
        fc.constantFrom('a', 'é', '\0', '\ud800', '\\ ', '\u212a', 'O=x', '<'),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  check: async (input) => {
    const text = input as string
    const parsed = await unlessRefused([MalformedDistinguishedName], () => parseDistinguishedName(text))
    if (parsed === undefined) return
    require(parsed.length > 0 && parsed.every((rdn) => rdn.length > 0), 'a name without attributes')
    require(text.isWellFormed() && !text.includes('\0'), 'a name with characters that no certificate has')
  },
}

const KINDS: Readonly<Record<SanKind, number>> = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 }
const nameText = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.emailAddress(),
  fc.webUrl(),
  fc
    .array(
      fc.constantFrom(
        'a',
        'A',
        '.',
        '@',
        '-',
        '*',
        'example',
        ':',
        '/',
        '%41',
        '::',
        '1',
        '255',
        '0',
        'ff',
        '[',
        '\0',
      ),
      {
        maxLength: 7,
      },
    )
    .map((parts) => parts.join('')),
)

const alternativeNames: Target = {
  name: 'alternative-name',
  runs: 200,
  input: fc.record({
    kind: fc.constantFrom(...Object.keys(KINDS)),
    registered: nameText,
    others: fc.array(nameText, { maxLength: 2 }),
    changed: fc.constantFrom('same', 'upper', 'absent', 'longer'),
  }),
  check: async (input) => {
    const { kind, registered, others, changed } = input as {
      readonly kind: SanKind
      readonly registered: string
      readonly others: readonly string[]
      readonly changed: string
    }
    const own = {
      same: registered,
      upper: registered.toUpperCase(),
      absent: undefined,
      longer: `${registered}x`,
    }[changed]
    const inside = [...others, ...(own === undefined ? [] : [own])]
    const der = certificateWith({
      names: inside.map((name) => primitive(KINDS[kind], kind === 'ip' ? addressOf(name) : name)),
    })
    const subject = await unlessRefused([MalformedCertificate], () => readSubject(der))
    if (subject === undefined || !isSanValue(kind, registered)) return
    const matches = matchesSan(kind, registered, subject.san)
    const expected = openSslMatches(kind, registered, new X509Certificate(der), inside)
    if (matches) require(expected, `${kind} ${registered} matches only here`)
    else if (changed === 'same') require(false, `${kind} ${registered} does not match itself`)
  },
}

const NO_WILDCARDS = { wildcards: false, partialWildcards: false, subject: 'never' } as const

function openSslMatches(
  kind: SanKind,
  registered: string,
  x509: X509Certificate,
  names: readonly string[],
): boolean {
  if (kind === 'dns') return x509.checkHost(registered, NO_WILDCARDS) !== undefined
  if (kind === 'email') return x509.checkEmail(registered, NO_WILDCARDS) !== undefined
  return kind === 'ip' ? x509.checkIP(registered) !== undefined : names.includes(registered)
}

/** The bytes of an address by the parser of `URL`; of another text its own bytes. */
function addressOf(text: string): Buffer {
  const host = text.includes(':') ? `[${text}]` : text
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  if (/^[0-9.]+$/.test(url)) return Buffer.from(url.split('.').map(Number))
  if (!url.startsWith('[')) return Buffer.from(text)
  const [head = '', tail] = url.slice(1, -1).split('::')
  const groups = (side: string) => (side === '' ? [] : side.split(':'))
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...new Array<string>(zeros).fill('0'), ...groups(tail ?? '')]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

export const NAME_TARGETS = [subjects, nameTexts, alternativeNames]

import { X509Certificate } from 'node:crypto'
import { judge } from '../../shared/certificate/binding.ts'
import { isIssuedByOneOf } from '../../shared/certificate/issuer.ts'
import { readSubject, type Subject } from '../../shared/certificate/names.ts'
import { canIssue } from '../../shared/certificate/path/can-issue.ts'
import { chainFault } from '../../shared/certificate/path/chain.ts'
import { type Der, MalformedCertificate, readCertificate } from '../../shared/certificate/pem.ts'
import { readPresented } from '../../shared/certificate/presented.ts'
import { registeredCertificates } from '../../shared/certificate/registered-certificates.ts'
import { thumbprint } from '../../shared/certificate/thumbprint.ts'
import fc from 'fast-check'
import { type Changed, changedCertificate, derOf, vector } from './certificates.ts'
import { require, type Target, unlessRefused } from './target.ts'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'
const NOW = 1_780_000_000
const root = vector('ca-root') as Der

/** Spellings that must all be read as the same bytes. */
const SPELLINGS: readonly ((base64: string) => string)[] = [
  (base64) => base64,
  (base64) => `${BEGIN}\n${base64.replace(/(.{64})/g, '$1\n')}\n${END}\n`,
  (base64) => `${BEGIN}\r\n${base64}\r\n${END}`,
  (base64) => `${BEGIN}\\n${base64}\\n${END}`,
  (base64) => encodeURIComponent(`${BEGIN}\n${base64}\n${END}\n`),
  (base64) => `  ${BEGIN}\t${base64} ${END}  `,
]

const certificates: Target = {
  name: 'certificate',
  runs: 200,
  input: fc.record({ changed: changedCertificate, spelling: fc.nat(SPELLINGS.length - 1) }),
  check: async (input) => {
    const { changed, spelling } = input as { readonly changed: Changed; readonly spelling: number }
    const der = derOf(changed)
    const text = SPELLINGS[spelling]?.(der.toString('base64')) ?? ''
    const read = await unlessRefused([MalformedCertificate], () => readCertificate(text))
    judge({ 'x5t#S256': thumbprint(root) }, { certificate: readPresented(text), proofKey: undefined })
    registeredCertificates({ keys: [{ kty: 'EC', x5c: [der.toString('base64')] }] }, undefined)
    if (read === undefined) return
    require(read.equals(der), 'other bytes were read')
    const holds =
      judge({ 'x5t#S256': thumbprint(root) }, { certificate: readPresented(text), proofKey: undefined }) ===
      'holds'
    require(holds === read.equals(root), 'the judgement is not that of the bytes')
    const isIssued = await unlessRefused([MalformedCertificate], () =>
      isIssuedByOneOf(read, [root.toString('base64')]),
    )
    await unlessRefused([MalformedCertificate], () => chainFault(read, [root], [read], NOW))
    const subject = await unlessRefused([MalformedCertificate], () => readSubject(read))
    await compare(read, subject, isIssued)
  },
}

/** With what OpenSSL reads, if it reads the certificate. */
async function compare(der: Der, subject: Subject | undefined, isIssued = false): Promise<void> {
  const x509 = openSsl(der)
  const mayIssue = await canIssue(der)
  if (x509 === undefined) return
  if (x509.ca) require(mayIssue, 'OpenSSL sees an authority')
  if (isIssued) require(x509.verify(new X509Certificate(root).publicKey), 'the root did not sign it')
  if (subject === undefined) return
  const seen = seenNames(x509)
  for (const name of seen === undefined ? [] : ourNames(subject))
    require(seen?.has(name) === true, `only here: ${name}`)
  const rdns = x509.subject as string | undefined
  // OpenSSL separates attributes by line ends and by ` + `, which may also be in values.
  if (rdns === undefined || /\\| \+ /.test(rdns)) return
  const [ours, theirs] = [
    subject.subject.flat().length,
    rdns.split('\n').filter((line) => line !== '').length,
  ]
  require(ours === theirs, `${ours} attributes here, ${theirs} for OpenSSL`)
}

function openSsl(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

const LABELS = { dns: 'DNS', email: 'email', uri: 'URI' } as const

const ourNames = ({ san }: Subject) =>
  (['dns', 'email', 'uri'] as const).flatMap((kind) => san[kind].map((name) => `${LABELS[kind]}:${name}`))

/** `undefined` if OpenSSL shows none: it leaves out an extension in which it cannot decode one name. */
function seenNames({ subjectAltName }: X509Certificate): Set<string> | undefined {
  if (subjectAltName === undefined) return undefined
  const names = subjectAltName.matchAll(/(DNS|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return new Set(
    [...names].map(([, label, name = '']) => `${label}:${name.startsWith('"') ? unquoted(name) : name}`),
  )
}

function unquoted(text: string): string {
  return JSON.parse(text) as string
}

/** Any text in place of a certificate. */
const texts: Target = {
  name: 'certificate-text',
  runs: 2_000,
  input: fc
    .array(
      fc.oneof(
        fc.constantFrom(
          BEGIN,
          END,
          '-----BEGIN PRIVATE KEY-----',
          '\\n',
          '%0A',
          '%2525',
          '\n',
          '=',
          '-',
          '(null)',
        ),
        fc.constantFrom(root.toString('base64'), root.toString('base64url'), 'MAA=', 'MIIC', '\0', '\u2028'),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.base64String({ maxLength: 12 }),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
  check: async (input) => {
    const text = input as string
    const read = await unlessRefused([MalformedCertificate], () => readCertificate(text))
    if (read === undefined) return
    const given = text.includes('%') ? decodeURIComponent(text) : text.replaceAll('\\n', '')
    const base64 = given.replace(/-----(BEGIN|END) CERTIFICATE-----|[ \t\r\n]/g, '')
    require(base64 === read.toString('base64'), 'the bytes are not those of the text')
  },
}

export const CERTIFICATE_TARGETS = [certificates, texts]

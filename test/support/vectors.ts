import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import type { MalformedReason } from '../../shared/certificate/pem.ts'

/** Parses a vector file. With a strict schema, an unknown key fails the test. */
export function load<S extends z.ZodMiniType>(file: string, schema: S): z.output<S> {
  return z.parse(schema, JSON.parse(read(file)))
}

const REASONS = [
  'bad-encoding',
  'empty',
  'no-begin-label',
  'no-end-label',
  'not-a-certificate',
  'not-ascii',
  'not-base64',
  'not-der',
  'nul-byte',
  'private-key',
  'several-certificates',
  'surrounding-text',
  'too-large',
  'trailing-bytes',
  'truncated',
  'wrong-label',
] as const satisfies readonly MalformedReason[]

/** One text that may hold a certificate, and its verdict. `article/spellings.json` has the same form. */
export const Spelling = z.strictObject({
  id: z.string(),
  why: z.string(),
  source: z.optional(z.enum(['text', 'client-cert'])),
  text: z.optional(z.string()),
  build: z.optional(z.strictObject({ pad_char: z.string(), pad_count: z.number(), then: z.string() })),
  verdict: z.enum(['accept', 'refuse', 'absent']),
  'x5t#S256': z.optional(z.string()),
  thumbprint_differs: z.optional(z.literal(true)),
  reason: z.optional(z.enum(REASONS)),
  reason_may_also_be: z.optional(z.array(z.enum(REASONS))),
  file_verdict: z.optional(z.literal('accept')),
})

export const pemSpellings = load(
  'pem-spellings.json',
  z.strictObject({
    about: z.string(),
    limit_characters: z.number(),
    reasons: z.array(z.enum(REASONS)),
    expected_der_base64: z.string(),
    'expected_x5t#S256': z.string(),
    spellings: z.array(Spelling),
  }),
)

const text = z.string()
const unused = z.optional(z.unknown())
const matches = z.optional(z.array(z.record(z.string(), z.string())))

/** OpenSSL's findings for each certificate in `certs/`. */
export const { certificates } = load(
  'certificates.json',
  z.strictObject({
    about: text,
    certificates: z.array(
      z.strictObject({
        name: text,
        'x5t#S256': text,
        sha256_fingerprint: text,
        not_before: text,
        not_after: text,
        subject_dn: text,
        subject_dn_ascii: text,
        subject_dn_strict_rfc4514: text,
        serial_hex: text,
        self_issued: z.boolean(),
        san: z.record(z.string(), z.array(text)),
        tls_client_auth_matches: matches,
        tls_client_auth_does_not_match: matches,
        ...Object.fromEntries(
          [
            ...[
              'file',
              'key_file',
              'purpose',
              'spki_sha256_hex',
              'spki_sha256_base64url',
              'der_length',
              'key',
            ],
            ...['x509_version', 'signature_algorithm', 'serial_decimal', 'subject_rdns', 'issuer_dn'],
            ...['san_openssl_text', 'chain_check_at_2030'],
          ].map((key) => [key, unused]),
        ),
      }),
    ),
  }),
)

/** The thumbprint of `certs/NAME.pem`, as OpenSSL computes it. */
export const thumbprintOf = (name: string) => certificates.find((entry) => entry.name === name)?.['x5t#S256']

/** The PEM of `certs/NAME.pem`. */
export function certificatePem(name: string): string {
  return read(`certs/${name}.pem`)
}

/** The text of an entry of `pem-spellings.json`, built where the file has only a recipe. */
export function spelling(id: string): string {
  const { text, build } = pemSpellings.spellings.find((entry) => entry.id === id) ?? {}
  if (text !== undefined) return text
  if (build === undefined) throw new Error(`no spelling ${id}`)
  return build.pad_char.repeat(build.pad_count) + (build.then === '' ? '' : spelling(build.then))
}

/** The `certificate` column of `binding.json`: a name under `certs/`, `file:PATH`, `spelling:ID`, or null for none. */
export function presented(reference: string | null): string | undefined {
  if (reference === null) return undefined
  if (reference.startsWith('file:')) return read(reference.slice('file:'.length))
  if (reference.startsWith('spelling:')) return spelling(reference.slice('spelling:'.length))
  return certificatePem(reference)
}

function read(file: string): string {
  return readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')
}

/** The verdict for each pair of a binding and a certificate. */
export const { bindings } = load(
  'binding.json',
  z.strictObject({
    about: z.string(),
    bindings: z.array(
      z.strictObject({
        id: z.string(),
        why: z.string(),
        token: z.strictObject({ cnf: z.optional(z.unknown()) }),
        certificate: z.nullable(z.string()),
        verdict: z.enum(['unbound', 'holds', 'missing', 'unreadable', 'differs', 'missing-proof', 'damaged']),
      }),
    ),
  }),
)

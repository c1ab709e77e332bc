import { decodeBase64 } from '../base64.ts'
import { readPresented } from '../certificate/presented.ts'

/**
 * Reads the certificate in the value of a header.
 *
 * @param hops the number of elements that the value must have
 * @returns the fault if the value is not exactly one certificate
 */
export type HeaderReader = (value: string, hops: number) => { readonly thumbprint: string } | string

/** PEM, percent-encoded or with spaces for line ends, and base64 without labels (vectors pem-spellings.json). */
export const fromPem: HeaderReader = (value) => {
  const certificate = readPresented(value)
  if (certificate === 'absent') return 'empty'
  return 'malformed' in certificate ? certificate.malformed : certificate
}

/** The SHA-256 of the DER, in hex. */
export const fromSha256: HeaderReader = (value) =>
  /^[0-9a-f]{64}$/i.test(value)
    ? { thumbprint: Buffer.from(value, 'hex').toString('base64url') }
    : 'not 64 hexadecimal digits'

/** One byte sequence, without parameters (RFC 9440 section 2.2, RFC 9651 section 3.3.5). */
export const fromByteSequence: HeaderReader = (value, hops) => {
  const base64 = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value)?.[1]
  const isStrict = base64 !== undefined && decodeBase64(base64, 'base64') !== undefined
  return isStrict ? fromPem(base64, hops) : 'not a byte sequence'
}

/** A pair of Envoy's header. A value in quotation marks may have any character; a backslash escapes one. */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))(;|,|$)/y

/**
 * The member `Hash` of the first element. Each proxy appends the certificate of its own client at the end, so the first of all expected
 * elements is the one that the outermost proxy has written. If there are more, a caller has sent some of them.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export const fromForwardedClientCert: HeaderReader = (value, hops) => {
  const elements = elementsOf(value)
  if (elements === undefined) return 'not a list of elements'
  if (elements.length !== hops) return `${elements.length} elements, and ${hops} expected`
  const hashes = elements[0]?.filter(([key]) => key === 'hash') ?? []
  return hashes.length === 1 ? fromSha256(hashes[0]?.[1] ?? '', 1) : 'not one Hash'
}

type Pair = readonly [key: string, value: string]

/** The keys are in lower case. @returns `undefined` for text outside of the grammar */
function elementsOf(value: string): Pair[][] | undefined {
  const elements: Pair[][] = [[]]
  PAIR.lastIndex = 0
  for (;;) {
    const [, key = '', quoted, plain = '', end] = PAIR.exec(value) ?? []
    if (end === undefined) return undefined
    elements.at(-1)?.push([key.toLowerCase(), quoted ?? plain])
    if (end === '') return elements
    if (end === ',') elements.push([])
  }
}

import { hash } from 'node:crypto'

declare const serialNumberBrand: unique symbol

/** A serial number in hexadecimal: lower case, without leading zeros, with `-` if it is negative. A very long one is `#` and its SHA-256 digest. */
export type SerialNumber = string & { readonly [serialNumberBrand]: true }

/** RFC 5280 section 4.1.2.2 allows 20 octets. Some CAs use more. */
const MAX_DIGITS = 128

/** @param text hexadecimal, as OpenSSL and browsers show it: in either case, with or without colons */
export function parseSerialNumber(text: string): SerialNumber | undefined {
  const digits = text.replaceAll(':', '').toLowerCase()
  if (!/^-?[0-9a-f]+$/.test(digits)) return undefined
  return serialOf(digits.replace('-', ''), digits.startsWith('-'))
}

/** @param content of the INTEGER: two's complement, as short as possible */
export function serialNumberOf(content: Buffer): SerialNumber {
  const [first = 0] = content
  const hex = content.toString('hex')
  if (first < 0x80) return serialOf(hex, false)
  const magnitude = 2n ** BigInt(content.length * 8) - BigInt(`0x${hex}`)
  return serialOf(magnitude.toString(16), true)
}

/** A number with more digits than any CA uses becomes its digest. So items stay small, and a list still finds its certificate. */
function serialOf(magnitude: string, isNegative: boolean): SerialNumber {
  const digits = magnitude.replace(/^0+(?=.)/, '')
  const short = digits.length > MAX_DIGITS ? `#${hash('sha256', digits)}` : digits
  return `${isNegative ? '-' : ''}${short}` as SerialNumber
}

/**
 * The number of buckets in which the serial numbers of an issuer are stored. With a million entries, an item has some 250 of them. A change of the
 * number changes the form of stored data.
 */
export const SERIAL_BUCKETS = 4096

export function serialBucket(serialNumber: SerialNumber): number {
  return hash('sha256', serialNumber, 'buffer').readUInt16BE() % SERIAL_BUCKETS
}

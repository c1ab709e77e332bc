import { hash } from 'node:crypto'

declare const serialNumberBrand: unique symbol

/** A serial number in hexadecimal: lower case, without leading zeros, with `-` if it is negative. */
export type SerialNumber = string & { readonly [serialNumberBrand]: true }

/** RFC 5280 section 4.1.2.2 allows 20 octets. Some CAs use more. */
const MAX_DIGITS = 128

/** @param text hexadecimal, as OpenSSL and browsers show it: in either case, with or without colons */
export function parseSerialNumber(text: string): SerialNumber | undefined {
  const digits = text.replaceAll(':', '').toLowerCase()
  if (digits.length > MAX_DIGITS || !/^-?[0-9a-f]+$/.test(digits)) return undefined
  const magnitude = digits.replace('-', '').replace(/^0+(?=.)/, '')
  return `${digits.startsWith('-') ? '-' : ''}${magnitude}` as SerialNumber
}

/** @param content of the INTEGER: two's complement, as short as possible */
export function serialNumberOf(content: Buffer): SerialNumber {
  const [first = 0] = content
  const hex = content.toString('hex')
  if (first < 0x80) return hex.replace(/^0+(?=.)/, '') as SerialNumber
  const magnitude = 2n ** BigInt(content.length * 8) - BigInt(`0x${hex}`)
  return `-${magnitude.toString(16)}` as SerialNumber
}

/**
 * The number of buckets in which the serial numbers of an issuer are stored. With a million entries, an item has some 250 of them. A change of the
 * number changes the form of stored data.
 */
export const SERIAL_BUCKETS = 4096

export function serialBucket(serialNumber: SerialNumber): number {
  return hash('sha256', serialNumber, 'buffer').readUInt16BE() % SERIAL_BUCKETS
}

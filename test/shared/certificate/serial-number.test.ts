import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSerialNumber, serialNumberOf } from '../../../shared/certificate/serial-number.ts'

/** An INTEGER as short as DER demands (X.690 section 8.3.2). */
const shortest = (bytes: Uint8Array) => {
  const [first = 0, second = 0] = bytes
  const isLonger = bytes.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  return !isLonger
}

test('a serial number of any length in a list is that which OpenSSL shows of the certificate', () => {
  const contents = fc.uint8Array({ minLength: 1, maxLength: 200 }).filter(shortest)
  fc.assert(
    fc.property(contents, (bytes) => {
      const content = Buffer.from(bytes)
      const value = BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`))
      const shown = value.toString(16).toUpperCase()
      expect(serialNumberOf(content)).toBe(parseSerialNumber(shown))
    }),
  )
})

test.each([
  ['64 octets stay as they are', `7${'1'.repeat(127)}`, `7${'1'.repeat(127)}`],
  ['longer ones become their digest', '1'.repeat(130), /^#[0-9a-f]{64}$/],
  ['those with leading zeros are not longer', '0'.repeat(200) + 'ab', 'ab'],
])('serial numbers of %s', (_, text, expected) => {
  expect(parseSerialNumber(text)).toEqual(
    typeof expected === 'string' ? expected : expect.stringMatching(expected),
  )
})

test('long serial numbers that differ in one digit differ', () => {
  expect(parseSerialNumber('1'.repeat(130))).not.toBe(parseSerialNumber(`2${'1'.repeat(129)}`))
  expect(parseSerialNumber('1'.repeat(130))).not.toBe(parseSerialNumber(`-${'1'.repeat(130)}`))
})

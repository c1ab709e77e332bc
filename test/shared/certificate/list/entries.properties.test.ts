import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesIn } from '../../../../shared/certificate/list/entries.ts'
import { RefusedList } from '../../../../shared/certificate/list/refused-list.ts'
import { MalformedCertificate } from '../../../../shared/certificate/pem.ts'
import { element } from '../../../support/built-certificate.ts'
import { type BuiltEntry, extension, listEntry } from '../../../support/certificate-list.ts'

/** An INTEGER's content as short as possible. */
function integer(value: bigint): string {
  const bytes = Math.max(1, Math.ceil((value < 0n ? -value - 1n : value).toString(2).length / 8))
  const length = BigInt.asIntN(bytes * 8, value) === value ? bytes : bytes + 1
  return BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
}

const entry = fc.record(
  {
    serial: fc.bigInt({ min: -(2n ** 159n), max: 2n ** 159n - 1n }).map(integer),
    reason: fc.constantFrom('unspecified', 'keyCompromise', 'certificateHold'),
    extensions: fc.array(
      fc.uint8Array({ maxLength: 200 }).map((value) => extension('2a0304', Buffer.from(value))),
      {
        maxLength: 2,
      },
    ),
  },
  { requiredKeys: ['serial'] },
) satisfies fc.Arbitrary<BuiltEntry>

/** The entries, or `undefined` if one was refused. Any other error fails the test. */
function attempt(der: Buffer) {
  try {
    return [...entriesIn(der, { start: 0, end: der.length })].map((read) => ({
      serial: read.serial.toString('hex'),
      reason: read.reason,
    }))
  } catch (error) {
    if (error instanceof RefusedList || error instanceof MalformedCertificate) return undefined
    throw error
  }
}

test('all entries of a list are read in their order, with any serial number, reason and other extensions', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      const read = attempt(Buffer.concat(entries.map(listEntry)))
      expect(read).toEqual(entries.map(({ serial, reason = 'unspecified' }) => ({ serial, reason })))
    }),
  )
})

test('a list that is cut anywhere, or has one more byte, is refused or has whole entries only', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.nat({ max: 255 }),
      (entries, at, byte) => {
        const parts = entries.map(listEntry)
        const der = Buffer.concat(parts)
        const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length)
        const cut = at % der.length
        expect(attempt(der.subarray(0, cut)) !== undefined).toBe(cut === 0 || ends.includes(cut))
        expect(attempt(Buffer.concat([der, Buffer.of(byte)]))).toBeUndefined()
      },
    ),
  )
})

test('no change of bytes hides an entry behind another one', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 2, maxLength: 4 }),
      fc.nat(),
      fc.nat({ max: 255 }),
      (entries, at, byte) => {
        const der = Buffer.concat(entries.map(listEntry))
        der.writeUInt8(byte, at % der.length)
        const read = attempt(der)
        // The walk covers every byte, so the entries are not longer than the list when they are encoded again.
        const least = (read ?? []).map(
          ({ serial }) => element(0x30, element(0x02, Buffer.from(serial, 'hex'))).length,
        )
        expect(least.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(der.length)
      },
    ),
  )
})

test('random bytes are refused or are entries', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(() => attempt(Buffer.from(bytes))).not.toThrow()
    }),
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNumber } from '../../../shared/store/identity.ts'

const MAX = 2 ** 48 - 1

test.each([1, 9, 10, 12898884596863, MAX - 1, MAX])('%i is a client number', (number) => {
  expect(parseNumber(String(number))).toBe(number)
})

test.each([0, MAX + 1, 2 ** 49, 999999999999999, 1e15, 2 ** 53, -1, 1.5])(
  'no client number is %d',
  (number) => {
    expect(parseNumber(String(number))).toBeUndefined()
  },
)

test.each([
  ...['', '01', ' 1', '1 ', '1\n', '+1', '1e3', '0x1', '１', '١', '1_0', 'NaN', 'Infinity', '__proto__'],
])('%j is not a client number', (text) => {
  expect(parseNumber(text)).toBeUndefined()
})

test('a client number has one spelling and fits in six bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.maxSafeNat().map(String), fc.stringMatching(/^[0-9]{1,18}$/)),
      (text) => {
        const number = parseNumber(text)
        if (number === undefined) return
        expect(String(number)).toBe(text)
        expect(Buffer.alloc(6).writeUIntBE(number, 0, 6)).toBe(6)
      },
    ),
  )
})

import { expect, test } from 'vitest'
import { DamagedItem, listing, subjectHeld } from '../../../shared/store/listing.ts'

/** The engine itself holds an index key to be a text; what it says is up to us. */

test.each(['john', '-', '=', ' ', '-john'])('the subject %s is read as it was written', (subject) => {
  const { held } = listing(1, 2, subject)
  expect(subjectHeld(held, 'AUTHORIZATION_CODE')).toBe(subject)
  expect(subjectHeld(held, 'CLIENT_CREDENTIALS')).toBe(subject)
})

test('a client has no subject in the index, only in its own grants', () => {
  const { held } = listing(1, 2, undefined)
  expect(subjectHeld(held, 'CLIENT_CREDENTIALS')).toBeUndefined()
  expect(() => subjectHeld(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
})

test.each([undefined, null, '', '=', 'john', 7, ['=john']])('the key %j of the index is damage', (held) => {
  expect(() => subjectHeld(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
  expect(() => subjectHeld(held, 'CLIENT_CREDENTIALS')).toThrow(DamagedItem)
})

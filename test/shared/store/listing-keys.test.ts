import { expect, test } from 'vitest'
import { DamagedItem, listing, subjectHeld } from '../../../shared/store/listing.ts'

/** The engine guarantees that an index key is a string. Its content is ours to check. */

test.each(['john', '-', '=', ' ', '-john'])('the subject %s is read as it was written', (subject) => {
  const { held } = listing(1, 2, subject)
  expect(subjectHeld(held, 'AUTHORIZATION_CODE')).toBe(subject)
  expect(subjectHeld(held, 'CLIENT_CREDENTIALS')).toBe(subject)
})

test('an index key without a subject is valid only for client credentials', () => {
  const { held } = listing(1, 2, undefined)
  expect(subjectHeld(held, 'CLIENT_CREDENTIALS')).toBeUndefined()
  expect(() => subjectHeld(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
})

test.each([undefined, null, '', '=', 'john', 7, ['=john']])('the index key %j is damaged', (held) => {
  expect(() => subjectHeld(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
  expect(() => subjectHeld(held, 'CLIENT_CREDENTIALS')).toThrow(DamagedItem)
})

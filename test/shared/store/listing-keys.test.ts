import { expect, test } from 'vitest'
import {
  DamagedItem,
  listing,
  listingOfSubject,
  listingsOfClient,
  readListedSubject,
} from '../../../shared/store/listing.ts'

/** The engine guarantees that an index key is a string. Its content is ours to check. */

test.each(['john', '-', '=', ' ', '-john'])('the subject %s is read as it was written', (subject) => {
  const { held } = listingOfSubject(1, 2, subject)
  expect(readListedSubject(held, 'AUTHORIZATION_CODE')).toBe(subject)
  expect(readListedSubject(held, 'CLIENT_CREDENTIALS')).toBe(subject)
})

test('an index key without a subject is valid only for client credentials', () => {
  const { held } = listing({ service: 1, client: 2, grantId: 'a', subject: undefined })
  expect(readListedSubject(held, 'CLIENT_CREDENTIALS')).toBeUndefined()
  expect(() => readListedSubject(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
})

test.each([undefined, null, '', '=', 'john', 7, ['=john']])('the index key %j is damaged', (held) => {
  expect(() => readListedSubject(held, 'AUTHORIZATION_CODE')).toThrow(DamagedItem)
  expect(() => readListedSubject(held, 'CLIENT_CREDENTIALS')).toThrow(DamagedItem)
})

const grant = { service: 1, client: 2, subject: undefined }
const ids = Array.from({ length: 3200 }, (_, i) => `grant-${i}`)
const holdersOf = (grants: readonly { grantId: string; subject: string | undefined }[]) =>
  grants.map(({ grantId, subject }) => listing({ ...grant, grantId, subject }).holder)

test('all tokens of a subject are in one partition', () => {
  const holders = holdersOf(ids.map((grantId) => ({ grantId, subject: 'john' })))
  expect(new Set(holders)).toEqual(new Set([listingOfSubject(1, 2, 'john').holder]))
})

test.each([
  ['own tokens of a client', holdersOf(ids.map((grantId) => ({ grantId, subject: undefined })))],
  ['tokens of many subjects', holdersOf(ids.map((id) => ({ grantId: 'a', subject: id })))],
])('the %s spread evenly over all partitions of the client', (_, holders) => {
  const partitions = listingsOfClient(1, 2).map(({ holder }) => holder)
  const counts = partitions.map((partition) => holders.filter((holder) => holder === partition).length)
  expect(partitions).toHaveLength(16)
  expect(counts.reduce((sum, count) => sum + count)).toBe(holders.length)
  expect(Math.min(...counts)).toBeGreaterThan(140)
  expect(Math.max(...counts)).toBeLessThan(260)
})

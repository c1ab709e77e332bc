import { expect, test } from 'vitest'
import type { Row } from '../shared/refusal/row.ts'
import { takeRecord } from './support/tested-codes/record.ts'
import { untestedReasons } from './support/tested-codes/untested.ts'

const TABLE: Readonly<Record<string, Row>> = {
  'code-unknown': ['A050305', 'BAD_REQUEST', 'invalid_grant', 'No.'],
  'code-expired': ['A050308', 'BAD_REQUEST', 'invalid_grant', 'Late.'],
  'client-unidentified': ['A244391', 'INVALID_CLIENT', 'invalid_client', 'Who?'],
}
const SHOWN = new Set(['A050305', 'A050308'])
const record = (logged: string[], asserted: string[]) => ({ logged, asserted, answered: [] })

test('a reason is tested only if one test provokes it and asserts its code', () => {
  const records = [
    record(['code-unknown'], ['A050305']),
    record(['code-expired'], []),
    record([], ['A050308']),
  ]
  expect(untestedReasons(TABLE, SHOWN, records)).toEqual(['code-expired', 'client-unidentified'])
})

test('two reasons with swapped codes are not tested by the tests that assert the right ones', () => {
  const records = [record(['code-unknown'], ['A050308']), record(['code-expired'], ['A050305'])]
  expect(untestedReasons(TABLE, SHOWN, records)).toContain('code-unknown')
})

test('the error is enough only for a reason whose code no answer shows', () => {
  const records = [
    record(['client-unidentified'], ['invalid_client']),
    record(['code-expired'], ['invalid_grant']),
  ]
  expect(untestedReasons(TABLE, SHOWN, records)).toEqual(['code-unknown', 'code-expired'])
})

test('an assertion records the codes that it expects, and one of what must not be does not', () => {
  takeRecord()
  expect(['OK', 'A050001']).toEqual(['OK', 'A050001'])
  expect({ resultCode: 'A053001', more: 1 }).toMatchObject({ resultCode: 'A053001' })
  expect('A113001').not.toBe('A115301')
  expect(takeRecord().asserted).toEqual(['A050001', 'A053001'])
})

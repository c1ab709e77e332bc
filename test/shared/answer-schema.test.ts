import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type AnswerOf, envelope } from '../../shared/answer-schema.ts'
import { success } from '../../shared/web-api.ts'

const Counted = z.object({
  ...envelope('countResponse', ['OK']),
  count: z.int(),
  name: z.optional(z.string()),
})

test('a response builder returns what the schema has, except for its type', () => {
  const answer: AnswerOf<typeof Counted> = { ...success('A000001', 'It worked.'), action: 'OK', count: 1 }
  expect(Counted.parse({ ...answer, type: 'countResponse' })).toEqual({ ...answer, type: 'countResponse' })
})

test('the compiler refuses a member that the schema does not have, and one that is missing', () => {
  const begun = { ...success('A000001', 'It worked.'), action: 'OK' } as const
  // @ts-expect-error It is not in the schema.
  const more: AnswerOf<typeof Counted> = { ...begun, count: 1, size: 1 }
  // @ts-expect-error `count` is missing.
  const less: AnswerOf<typeof Counted> = { ...begun, name: 'x' }
  // @ts-expect-error An action of other endpoints.
  const other: AnswerOf<typeof Counted> = { ...success('A000001', 'It worked.'), action: 'FORM', count: 1 }
  expect([more, less, other]).toHaveLength(3)
})

import { expect, test } from 'vitest'
import { projectFiles } from './support/comments.ts'
import { habitsIn, habitsOf } from './support/words.ts'

const OWN = ['test/words.test.ts', 'test/support/words.ts']

const files = [
  ...projectFiles('{functions,shared,infra,test}/**/*.{ts,js,cjs,yml}', '*.{js,ts,yml,jsonc}'),
  ...projectFiles('*.md', '{docs,shared,infra,test}/**/*.md').filter((page) => page !== 'docs/reference.md'),
].filter((file) => !OWN.includes(file))

test('no comment, message, test title or page has a habit that the house English refuses', () => {
  expect(files).toContain('shared/runtime/runtime.ts')
  expect(files.flatMap((file) => habitsOf(file).map((habit) => `${file}: ${habit}`))).toEqual([])
})

test.each([
  'Whoever presents the token must hold the key.',
  'Who may not know the scope gets no answer.',
  'What is listed is read again.',
  'The request is refused, whatever else it has.',
  'This is no address of the console.',
  'The answer is none.',
  'The subject must have 100 characters at most.',
  'The key is made anew.',
  'Meanwhile the record has changed.',
  'The token is bound, as RFC 8705 has it.',
  'The service alone decides.',
  'Of processes that make one at once, all get that of the first.',
  'An unbound token is told as one.',
  'The answer says why.',
  'The token lives for an hour.',
  'The client wants a certificate.',
  'The same of an OpenID provider.',
  'Absent: all scopes.',
  'For the log.',
  'Only with a proof.',
])('%s is refused', (sentence) => {
  expect(habitsIn(sentence, true)).toHaveLength(1)
})

test.each([
  'There is no client with this number.',
  'If there are none, nothing changes.',
  'The token is no longer active.',
  'What does the token need?',
  'The holder of the key must send at most one proof.',
  'Whether the client is locked.',
  'The same key signs every token.',
  'Without a proof, the token is unbound.',
  'In FAPI 2.0 every request is pushed.',
])('%s is accepted', (sentence) => {
  expect(habitsIn(sentence, true)).toEqual([])
})

import { expect, test } from 'vitest'
import { refusalRows } from '../shared/refusal/refusal.ts'
import { commentsOf, projectFiles } from './support/comments.ts'

const REASONS = Object.keys(refusalRows())

/** Matches the words after `@throws Refusal` in a comment, up to its next tag. */
const PROMISE = /@throws Refusal(?<words>.*?)(?=@[a-z]+\b|$)/g
/** `token-unknown`, or `token-…` for all reasons that begin so. */
const REASON = /^[a-z\d]+(?:-[a-z\d]+)+$|^(?:[a-z\d]+-)+…$/

/** The reasons that a comment promises and that no row of the refusal table has. */
function unknownReasons(comment: string): string[] {
  const promises = [...comment.matchAll(PROMISE)].map(({ groups }) => groups?.['words'] ?? '')
  const words = promises.flatMap((promise) => promise.split(/[^\w…-]+/))
  return words.filter((word) => REASON.test(word) && !isKnown(word))
}

function isKnown(reason: string): boolean {
  const prefix = reason.endsWith('…') ? reason.slice(0, -1) : undefined
  return REASONS.some((known) => (prefix === undefined ? known === reason : known.startsWith(prefix)))
}

const comments = projectFiles('{functions,shared,infra}/**/*.ts').flatMap((file) =>
  commentsOf(file).map((comment) => ({ file, comment })),
)

test('the comments that promise a Refusal are found', () => {
  expect(comments.filter(({ comment }) => comment.includes('@throws Refusal')).length).toBeGreaterThan(80)
})

test('every reason after @throws Refusal is a row of the refusal table', () => {
  const wrong = comments.flatMap(({ file, comment }) =>
    unknownReasons(comment).map((reason) => `${file}: ${reason}`),
  )
  expect(wrong).toEqual([])
})

test('a reason that does not exist is noticed in every position', () => {
  expect(unknownReasons('/** @throws Refusal token-unknown, no-reason, certificate-… */')).toEqual([
    'no-reason',
  ])
  expect(unknownReasons('/** @throws Refusal nothing-… and the like @see RFC 6749 */')).toEqual(['nothing-…'])
  expect(unknownReasons('/** @throws Refusal @param no-reason promises nothing */')).toEqual([])
})

import { expect, test } from 'vitest'
import { judgeRenewal } from '../../../shared/certificate/renewal.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'

const [A, B, C] = ['a', 'b', 'c'] as unknown as [Thumbprint, Thumbprint, Thumbprint]
const RENEWAL = { from: A, to: B, effectiveAt: 100, endsAt: 200, state: 'open' } as const

test.each([
  [{ from: A, to: B }, 99, 'early'],
  [{ from: A, to: B }, 100, 'leads'],
  [{ from: A, to: B }, 200, 'none'],
  [{ from: C, to: B }, 100, 'none'],
  [{ from: A, to: C }, 100, 'none'],
  [{ from: B, to: A }, 100, 'none'],
])('an announced renewal from a to b is for %j at %i: %s', (asked, now, verdict) => {
  expect(judgeRenewal(RENEWAL, asked, now)).toBe(verdict)
})

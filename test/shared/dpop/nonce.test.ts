import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isNonce, nonceAt } from '../../../shared/dpop/nonce.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'

const KEY = randomBytes(32)
const at = (seconds: number) => (1_800_000_000 + seconds) as EpochSeconds

test('a nonce is accepted in its period of 300 seconds and in the next one', () => {
  const nonce = nonceAt(at(0), KEY)
  expect([0, 299, 300, 599].map((seconds) => isNonce(nonce, at(seconds), KEY))).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([-1, 600].map((seconds) => isNonce(nonce, at(seconds), KEY))).toEqual([false, false])
})

test('the nonce of another service, and no nonce, are refused', () => {
  const nonce = nonceAt(at(0), randomBytes(32))
  expect([nonce, '', `${nonceAt(at(0), KEY)}=`].map((text) => isNonce(text, at(0), KEY))).toEqual([
    false,
    false,
    false,
  ])
})

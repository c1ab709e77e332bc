import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../support/fixed-runtime.ts'

let runtime: FixedRuntime
beforeAll(async () => {
  runtime = await fixedRuntime()
})
afterAll(() => runtime.close())

test('a used assertion has its end in ttl, the attribute by which the registry deletes items', async () => {
  expect(await runtime.store.proofs.useAssertion(5, 6, 'jti', addSeconds(START, 700))).toBe(true)
  expect(await runtime.tables.registry.scan()).toMatchObject([{ ttl: START + 700 }])
})

import { expect, test } from 'vitest'
import { measureLibrary } from '../../../infra/bench/library.ts'
import { HOLDER } from '../../support/signed-tokens.ts'

test('one short round of bench --library finishes, with a figure for each check', async () => {
  const [, ...rows] = await measureLibrary({ rounds: 1, requests: 2, peers: false, certificate: HOLDER.cert })
  const checks = ['@certbound/resource-server', 'jose, without a binding']
  const expected = checks.flatMap((name) => [`${name}: a new token`, `${name}: a known token`])
  expect(rows.map((row) => row.split('  ')[0])).toEqual(expected)
  for (const row of rows) expect(row).toMatch(/( +[\d.]+){3}$/)
})

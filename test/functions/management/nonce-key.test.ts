import { expect, test } from 'vitest'
import { bearer, ORGANIZATION, putOwner } from '../../support/management.ts'
import { testWalk } from '../../support/test-runtime.ts'

const walk = await testWalk()
const { runtime } = walk
await putOwner(runtime)

test('a service is made with the key of its nonces, which no answer of the management API has', async () => {
  const made = await walk.api(
    ...([
      'POST',
      '/api/service/create',
      { issuer: 'https://new.example.com' },
      bearer(ORGANIZATION),
    ] as const),
  )
  expect(made.status).toBe(200)
  const apiKey = String(made.json['apiKey'])
  const items = await runtime.tables.registry.scan()
  const secret = String(items.find(({ pk }) => pk === `nonce#${apiKey}`)?.['secret'])
  expect(secret).toHaveLength(43)
  const read = await walk.api('GET', `/api/service/get/${apiKey}`, undefined, bearer(ORGANIZATION))
  for (const { text } of [made, read]) expect(text).not.toContain(secret)
})

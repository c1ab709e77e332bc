import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { digest } from '../../../shared/store/digest.ts'
import { recordsOf } from '../../support/audit.ts'
import { pass } from '../../support/cutting-proxy.ts'
import { bearer, ORGANIZATION, putOwner } from '../../support/management.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
await putOwner(runtime)
const walk = await openWalk(runtime)

test('a key of an unknown kind may have anything in place of its certificates, and is recorded', async () => {
  const keys = [{ kty: 'unknown', x5c: [{ toString: 1, valueOf: 1 }, null, 'AAAA'] }]
  const created = await walk.v3('POST', '/client/create', { ...BASIC, jwks: JSON.stringify({ keys }) })
  expect(created.status).toBe(200)
  const [record] = await recordsOf(runtime, walk.number)
  const x5c = [{}, {}, digest(Buffer.alloc(3))]
  expect(record?.writes.flatMap(({ members }) => members)).toContainEqual({
    name: 'jwks',
    to: JSON.stringify({ keys: [{ kty: 'unknown', x5c }] }),
  })
})

test('the record of a new service has its settings, however many keys come with it', async () => {
  const keys = Array.from({ length: 9 }, (_, i) => newSigningKey(`k${i}`, 'ES256').own)
  const settings = { issuer: 'https://as.example.com', ...keySet(...keys) }
  const created = await walk.api('POST', '/api/service/create', settings, bearer(ORGANIZATION))
  const [record] = await recordsOf(runtime, Number(created.json['apiKey']))
  expect(record?.writes.map(({ kind }) => kind)).toEqual([...Array<string>(7).fill('signingKey'), 'service'])
  expect(record?.outcome?.others).toBe(4)
  expect(record?.settlement).toBe('DONE')
})

test('a list that takes too long has at least one record, and a token for the others', async () => {
  for (const clientName of ['a', 'b']) await walk.v3('POST', '/client/create', { ...BASIC, clientName })
  proxy.fate = (passing, forward) => {
    if (passing.operation === 'Query') runtime.clock.now = addSeconds(runtime.clock.now, 1)
    return forward()
  }
  const first = await walk.v3('GET', '/audit/get/list')
  proxy.fate = pass
  expect(first.json['records']).toHaveLength(1)
  const rest = await walk.v3('GET', `/audit/get/list?pageToken=${String(first.json['nextPageToken'])}`)
  expect((rest.json['records'] as unknown[]).length).toBeGreaterThan(0)
})

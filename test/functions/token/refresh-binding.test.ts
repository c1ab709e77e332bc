import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, BOUND, OWN, PUBLIC, TLS } from '../../support/walk.ts'
import { refreshBindingCases } from './refresh-binding-cases.ts'
import { thumbprintOf } from '../../support/vectors.ts'

const walk = await testWalk()
const { runtime } = walk
const { tables } = runtime
refreshBindingCases(() => walk)

test.each([
  ['absent', undefined],
  ['another word', 'unbound'],
  [
    'a key and a certificate',
    { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', 'x5t#S256': thumbprintOf('client-ec-p256') },
  ],
  ['a thumbprint with padding', { 'x5t#S256': `${thumbprintOf('client-ec-p256') ?? ''}=` }],
])('a damaged binding that is %s is never refreshed', async (_name, binding) => {
  for (const kind of [PUBLIC, BASIC, TLS]) {
    const client = await walk.addClient(kind, BOUND)
    const { refresh } = await walk.granted(client, OWN)
    await tables.tamper(walk.number, client.number, { binding })
    expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('BAD_REQUEST A053394 invalid_grant')
  }
})

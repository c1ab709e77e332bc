import { expect, test } from 'vitest'
import { mayRenewBinding } from '../../../shared/possession/token-binding.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

test('of the methods, only a certificate and a key prove the client at each request', () => {
  expect(TOKEN_AUTH_METHODS.filter(mayRenewBinding)).toEqual([
    'TLS_CLIENT_AUTH',
    'SELF_SIGNED_TLS_CLIENT_AUTH',
    'PRIVATE_KEY_JWT',
  ])
})

import { expect, test } from 'vitest'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

const BY_KEY = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT']

test('only clients that authenticate with a certificate or an assertion prove possession of a key, and FAPI 2.0 allows only these', () => {
  const methods = TOKEN_AUTH_METHODS.map((name) => ({ name, ...AUTHENTICATION_METHODS[name] }))
  expect(methods.filter(({ proves }) => proves === 'key').map(({ name }) => name)).toEqual(BY_KEY)
  expect(methods.filter(({ fapi2 }) => fapi2).map(({ name }) => name)).toEqual(BY_KEY)
})

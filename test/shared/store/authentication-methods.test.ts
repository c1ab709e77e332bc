import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

const BY_KEY = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT']

test('only clients that authenticate with a certificate or an assertion prove possession of a key, and FAPI 2.0 allows only these', () => {
  const methods = TOKEN_AUTH_METHODS.map((name) => ({ name, ...AUTHENTICATION_METHODS[name] }))
  expect(methods.filter(({ proves }) => proves === 'key').map(({ name }) => name)).toEqual(BY_KEY)
  expect(methods.filter(({ fapi2 }) => fapi2).map(({ name }) => name)).toEqual(BY_KEY)
})

const page = (name: string) => readFileSync(join(import.meta.dirname, '../../..', name), 'utf8')

test.each(['docs/authlete-contract.md', 'README.md'])('%s has each client authentication method', (name) => {
  const text = page(name).toUpperCase()
  expect(TOKEN_AUTH_METHODS.filter((method) => !text.includes(`\`${method}\``))).toEqual([])
})

test.each(['docs/renewal.md', 'docs/operations.md'])(
  '%s says what to do with another key, for each method that proves one',
  (name) => expect(BY_KEY.filter((method) => !page(name).includes(`\`${method}\``))).toEqual([]),
)

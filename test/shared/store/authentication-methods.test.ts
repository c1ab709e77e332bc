import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

const PROVING = TOKEN_AUTH_METHODS.filter((method) => AUTHENTICATION_METHODS[method].proves === 'key')

test('only clients that authenticate with a certificate or an assertion prove possession of a key, and FAPI 2.0 allows only these', () => {
  const allowed = TOKEN_AUTH_METHODS.filter((method) => AUTHENTICATION_METHODS[method].fapi2)
  expect(PROVING).toEqual(['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'])
  expect(allowed).toEqual(PROVING)
})

/** The methods that a page lacks. */
function missingIn(page: string, methods: readonly string[]) {
  const text = readFileSync(join(import.meta.dirname, '../../..', page), 'utf8').toUpperCase()
  return methods.filter((method) => !text.includes(`\`${method}\``))
}

test.each(['docs/authlete-contract.md', 'README.md'])('%s has each client authentication method', (page) => {
  expect(missingIn(page, TOKEN_AUTH_METHODS)).toEqual([])
})

test.each(['docs/certificates.md', 'docs/operations.md'])(
  '%s has each client authentication method that proves possession of a key',
  (page) => {
    expect(missingIn(page, PROVING)).toEqual([])
  },
)

import { expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import {
  ACTIVE_TOKEN_MEMBERS,
  activeRefreshToken,
  activeToken,
  activeTokenInFull,
} from '../../../shared/token/active-token.ts'
import { withProperties } from '../../../shared/token/terms.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { Service } from '../../../shared/store/service.ts'

const THUMBPRINT = 'OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw'
const service = Service.parse({ apiKey: 1, issuer: 'https://as.example.com', credentials: [] })
const grant: Tokens = {
  service: 1,
  client: 26478243745571,
  grantId: 'g',
  stage: 'TOKENS',
  grantType: 'AUTHORIZATION_CODE',
  createdAt: 1_795_502_400 as EpochSeconds,
  terms: { scopes: ['a', 'b'], resources: [], subject: 'user', properties: [] },
  accessScopes: ['a'],
  accessResources: [],
  binding: { 'x5t#S256': THUMBPRINT },
  accessDigest: digest('access'),
  accessIssuedAt: 1_795_502_400 as EpochSeconds,
  accessExpiresAt: 1_795_588_800 as EpochSeconds,
}
const ACCESS = {
  sub: 'user',
  scope: 'a',
  iss: 'https://as.example.com',
  active: true,
  cnf: { 'x5t#S256': THUMBPRINT },
  token_type: 'Bearer',
  exp: 1_795_588_800,
  client_id: '26478243745571',
}

test.each([
  [{ jkt: 'x' }],
  [{ jkt: THUMBPRINT, 'x5t#S256': THUMBPRINT }],
  [{ 'x5t#S256': 'short' }],
  [undefined],
  ['x'],
])('an active token shows no binding that cannot be proved: %j', (binding) => {
  expect(activeToken({ ...grant, binding }, service).cnf).toBeUndefined()
})

test('an active token shows only the thumbprint of a binding', () => {
  const binding = { 'x5t#S256': THUMBPRINT, kid: 'x' }
  expect(activeToken({ ...grant, binding }, service).cnf).toEqual({ 'x5t#S256': THUMBPRINT })
})

test('no property of a grant takes the place of a member, not even of one that is absent', () => {
  const properties = Object.keys(ACTIVE_TOKEN_MEMBERS).map((key) => ({ key, value: 'forged', hidden: false }))
  const terms = { ...grant.terms, properties }
  expect(withProperties(activeToken(grant, service), terms, true)).toEqual(ACCESS)
  const bare = { ...grant, terms: { ...terms, subject: undefined }, binding: 'none' }
  const shown = [
    withProperties(activeTokenInFull({ grant: bare }, service), terms, true),
    withProperties(activeRefreshToken(bare, service, 5), terms, true),
  ]
  expect(JSON.stringify(shown)).not.toContain('forged')
})

import { expect, test } from 'vitest'
import { JWS_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { Client } from '../../../shared/store/client.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import { Service } from '../../../shared/store/service.ts'
import { WEAKENED } from '../../support/fapi2.ts'

const service = (settings: object = {}) =>
  Service.parse({ apiKey: 1, issuer: 'https://as.example.com', credentials: [], ...settings })
const client = (settings: object = {}) => Client.parse({ clientId: 2, ...settings })

test('the settings of a pair of records are computed once, and again when one of the two is another record', () => {
  const [stored, registered] = [service(), client()]
  const settings = settingsOf(stored, registered)
  expect(settingsOf(stored, registered)).toBe(settings)
  expect(settingsOf(stored)).toBe(settingsOf(stored))
  expect(settingsOf(stored)).not.toBe(settings)
  expect(settingsOf({ ...stored }, registered)).not.toBe(settings)
  expect(settingsOf(stored, { ...registered })).not.toBe(settings)
})

test.each([
  ['the service', service(WEAKENED), client()],
  ['only the client', service({ ...WEAKENED, fapi2: false }), client({ fapi2: true })],
])(
  'where %s has fapi2, requests see the values of the profile instead of the stored ones',
  (_who, stored, own) => {
    expect(settingsOf(stored, own)).toMatchObject({
      supportedTokenAuthMethods: [],
      shortClientSecretsAllowed: false,
      tlsClientCertificateBoundAccessTokens: true,
      ...{ pkceRequired: true, pkceS256Required: true, parRequired: true, refreshTokenKept: true },
      authorizationCodeDuration: 60,
      issSuppressed: false,
      ...{ boundTokensOnly: true, redirectUriRequired: true, audienceIsString: true },
      algorithms: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    })
  },
)

test('without fapi2 requests see what is stored, and a requirement of either the service or the client', () => {
  const stored = service({ ...WEAKENED, fapi2: false, pkceRequired: true })
  const own = client({ parRequired: true, tlsClientCertificateBoundAccessTokens: true })
  expect(settingsOf(stored, own)).toMatchObject({
    ...WEAKENED,
    fapi2: false,
    ...{ pkceRequired: true, parRequired: true },
    ...{ boundTokensOnly: false, redirectUriRequired: false, audienceIsString: false, isRetroactive: false },
    algorithms: [...JWS_ALGORITHMS.keys()],
    violations: [],
  })
})

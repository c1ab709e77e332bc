import { expect, test } from 'vitest'
import { complaints, example, type Replacement } from './changed-example.ts'

test('all members of the service and the clients that the Web API would refuse are reported together, each with its line and remedy', async () => {
  const replaced: Replacement[] = [
    ['"stage": "prod"', '"stage": "Prod!"'],
    [
      '"serviceName": "Example",',
      `"acessTokenDuration": 5,
       "accessTokenDuration": "5",
       "fapi2": true,
       "requestObjectRequired": true,
       "supportedGrantTypes": ["IMPLICIT"],
       "trustedRootCertificates": ["x"],`,
    ],
    ['"supportedGrantTypes": ["AUTHORIZATION_CODE", "CLIENT_CREDENTIALS", "REFRESH_TOKEN"],', ''],
    [
      '"clients": [',
      `"clients": [
        { "clientIdAlias": "shop", "clientType": "CONFIDENTIAL", "tokenAuthMethod": "TLS_CLIENT_AUTH",
          "stage": 1,
          "redirectUris": ["https://a.example/cb", "relative"],
          "extension": { "accessTokenDuration": -1 } },`,
    ],
    [
      '"tokenAuthMethod": "TLS_CLIENT_AUTH",\n      "tls',
      '"tokenAuthMethod": "TLS_CLIENT_AUHT",\n      "tls',
    ],
  ]
  const text = example(...replaced)
  const lines = await complaints(text)
  const remedies = lines.filter((line) => line.startsWith('  ->'))
  const pairs = remedies.map((line) => [lines[lines.indexOf(line) - 1], line])
  expect(lines[0]).toMatch(/stage must be/)
  expect(lines).toHaveLength(1 + 2 * pairs.length)
  const values = 'NONE, CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, TLS_CLIENT_AUTH'
  const expected = [
    ['"acessT', 'service: acessTokenDuration is not a setting', 'did you mean accessTokenDuration?'],
    [
      '"accessTokenDuration": "5',
      "service: The value of 'accessTokenDuration' has the wrong type",
      'accessTokenDuration must be a whole number. Lifetime',
    ],
    [
      '"fapi2',
      "service: The FAPI 2.0 profile ('fapi2') does not allow",
      'the profile allows refreshTokenKept: `true`',
    ],
    ['"requestO', "service: 'requestObjectRequired' is not supported", 'remove it'],
    [
      '"supportedG',
      "service: The value is not supported as a value for 'supportedGrantTypes'",
      'supportedGrantTypes must be a list; each one of AUTHORIZATION_CODE, CLIENT_CREDENTIALS',
    ],
    [
      '"trustedR',
      'service: The value (trustedRootCertificates[0]) is not a valid',
      'trustedRootCertificates must be a list; each a text in quotes. The roots',
    ],
    [
      '{ "clientIdAlias": "shop',
      'client shop: When using TLS_CLIENT_AUTH, a certificate subject type',
      'tlsClientAuthSubjectDn must be a text in quotes. For `TLS',
    ],
    ['"stage": 1', 'client shop: stage is not a setting', 'docs/settings.md lists all settings'],
    [
      '"relative',
      "client shop: The element at the index '1' of 'redirectUris' is not an absolute URI",
      'redirectUris must be a list',
    ],
    [
      '"extension',
      "client shop: 'accessTokenDuration' must not be negative",
      'extension must be an object. An object',
    ],
    [
      'TLS_CLIENT_AUHT',
      "client payments: The value is not supported as a value for 'tokenAuthMethod'",
      `tokenAuthMethod must be one of ${values}`,
    ],
  ] as const
  expect(pairs).toEqual(
    expected.map(([place, what, remedy]) => {
      const line = text.slice(0, text.indexOf(place)).split('\n').length
      return [`FILE, line ${line}: ${what}`, `  -> ${remedy}`].map((part): unknown =>
        expect.stringContaining(part),
      )
    }),
  )
})

import fc from 'fast-check'

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const keySet = (key: string) => `{"keys":[${key}]}`

/** Texts that parsers and stores have stumbled over. */
export const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '%',
    '%00',
    '%ff',
    '+',
    '\u{1f600}',
    '\ud800',
    '__proto__',
    'constructor',
    'null',
    '0',
    '-1',
  ),
  fc.constantFrom(
    '1e309',
    '9007199254740993',
    '281474976710656',
    '../x',
    '"\\',
    'a b',
    'a  b',
    '(null)',
    'a\r\nb',
  ),
  fc.constantFrom(
    'read',
    'read write',
    'testuser01',
    'code',
    'S256',
    'plain',
    'https://rs.example/',
    'CN=a,O=b',
    'CN=#0c0161',
  ),
  fc.constantFrom(
    'a'.repeat(43),
    'a'.repeat(300),
    'a'.repeat(5_000),
    '{{own}}',
    '{{other}}',
    '{{client0}}',
    '{{client4}}',
  ),
  fc.constantFrom(
    keySet('{"kty":"EC","crv":"P-256","x":"AA","y":"AA","big":12345678901234567890}'),
    keySet('{"kty":"oct","n":1e400}'),
    keySet('{"kty":"RSA","e":"AQ","n":"AQAB"}'),
    keySet(`{"kty":"xx","a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`),
    `{"a":${'['.repeat(900)}${']'.repeat(900)}}`,
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
)

/** Texts in place of a secret. No other member has them: the watch for secrets would find them there. */
export const secretTexts = fc.oneof(
  fc.constantFrom('', ' ', '\0', '%', '%ff', '+', '\ud800', '__proto__', 'a b', 'null', '=', '===='),
  fc.constantFrom('s'.repeat(43), 's'.repeat(300), 's'.repeat(5_000)),
  fc.string({ maxLength: 8, unit: 'binary' }),
)

const numbers = fc.constantFrom(0, -1, 1, 1.5, 60, 1e21, 1e308, 2 ** 31, 2 ** 53, 2 ** 63, 253402300799000)

export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  numbers,
  fc.constantFrom<unknown>(null, true, false, [], {}, nested(30), nested(500), [[1]], ['read'], ['{{own}}']),
  fc.constantFrom<unknown>([{ key: 'k', value: 'v' }], [{ key: 'sub', value: 'v', hidden: true }], {
    ['__proto__']: 1,
  }),
  fc.dictionary(
    fc.constantFrom('key', 'value', 'kty', 'keys', 'x5c', 'n', 'e', 'd', 'uri'),
    fc.oneof(texts, numbers),
    {
      maxKeys: 3,
    },
  ),
)

const PARAMETERS = [
  ...[
    'grant_type',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'code',
    'redirect_uri',
  ],
  ...[
    'code_verifier',
    'refresh_token',
    'scope',
    'resource',
    'token',
    'token_type_hint',
    'scopes',
    'response_type',
    'state',
  ],
  ...[
    'code_challenge',
    'code_challenge_method',
    'response_mode',
    'prompt',
    'max_age',
    'unknown',
    '__proto__',
    '',
  ],
]
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  client_secret: ['{{secret1}}', '{{secret2}}', '{{secret3}}'],
  client_assertion: ['{{assertion}}', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'],
  code: ['{{code}}', '{{ticket}}'],
  refresh_token: ['{{refresh}}', '{{access}}'],
  token: ['{{access}}', '{{refresh}}', '{{code}}'],
}
const USUAL: Readonly<Record<string, readonly string[]>> = {
  ...SECRETS,
  grant_type: ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
  client_id: ['{{client0}}', '{{client1}}', '{{client2}}', '{{client3}}', '{{client4}}'],
  client_assertion_type: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  redirect_uri: ['https://client.example.org/cb/example.com'],
  response_type: ['code'],
}

/** One pair of a form, encoded or not. */
const pair = fc.constantFrom(...PARAMETERS).chain((name) =>
  fc
    .tuple(
      fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom(...(Object.hasOwn(USUAL, name) ? (USUAL[name] ?? []) : ['x'])),
        },
        { weight: 1, arbitrary: Object.hasOwn(SECRETS, name) ? secretTexts : texts },
      ),
      fc.boolean(),
    )
    .map(([value, isEncoded]) => [name, value, isEncoded] as const),
)
const GOOD_FORMS = [
  [
    ['grant_type', 'authorization_code'],
    ['code', '{{code}}'],
    ['client_id', '{{client0}}'],
    ['redirect_uri', 'https://client.example.org/cb/example.com'],
  ],
  [
    ['grant_type', 'refresh_token'],
    ['refresh_token', '{{refresh}}'],
    ['client_id', '{{client0}}'],
  ],
  [
    ['grant_type', 'client_credentials'],
    ['client_id', '{{client2}}'],
    ['client_secret', '{{secret2}}'],
  ],
  [
    ['response_type', 'code'],
    ['client_id', '{{client0}}'],
    ['redirect_uri', 'https://client.example.org/cb/example.com'],
  ],
  [
    ['token', '{{access}}'],
    ['client_id', '{{client0}}'],
  ],
  [],
] as const

/** A form: a good one or none, with some pairs more. A list, because the placeholders in it are filled in before it is encoded. */
export const form = fc
  .tuple(fc.constantFrom(...GOOD_FORMS), fc.array(pair, { maxLength: 4 }))
  .map(([good, more]) => [...good.map(([name, value]) => [name, value, true] as const), ...more])

export type FormPairs = readonly (readonly [name: string, value: string, isEncoded: boolean])[]

export function encodeForm(pairs: FormPairs): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return pairs
    .map(([name, value, isEncoded]) => (isEncoded ? `${encode(name)}=${encode(value)}` : `${name}=${value}`))
    .join('&')
}

import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readPresented } from '../../../shared/certificate/presented.ts'
import { authenticateClient } from '../../../shared/authentication/client-authentication.ts'
import { readClientAssertion } from '../../../shared/authentication/client-assertion.ts'
import type { PresentedCredentials } from '../../../shared/authentication/presented-credentials.ts'
import { type Reason, Refusal, refusalRows } from '../../../shared/refusal/refusal.ts'
import { digest } from '../../../shared/store/digest.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service, TOKEN_AUTH_METHODS, type TokenAuthMethod } from '../../../shared/store/service.ts'
import { jws, openAssertions } from '../../support/assertions.ts'
import { callOf } from '../../support/test-call.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'

const SECRET = 'a-secret'
const service = Service.parse({
  apiKey: 1,
  issuer: 'https://as.example.com',
  credentials: [],
  supportedTokenAuthMethods: TOKEN_AUTH_METHODS,
})

const assertions = openAssertions()
const own = new X509Certificate(certificatePem('client-ec-p256'))
const OWN_JWK = { ...own.publicKey.export({ format: 'jwk' }), x5c: [own.raw.toString('base64')] }

const runtime = await testRuntime()

function client(tokenAuthMethod: TokenAuthMethod, clientType: Client['clientType'] = 'CONFIDENTIAL'): Client {
  return Client.parse({
    clientId: 1,
    clientType,
    tokenAuthMethod,
    clientSecretDigest: digest(SECRET),
    tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP',
    jwks: { keys: [OWN_JWK, ...assertions.jwks.keys] },
  })
}

let assertionsMade = 0
function assertion(): string {
  assertionsMade += 1
  const claims = { iss: '1', sub: '1', aud: service.issuer, exp: START + 60, jti: String(assertionsMade) }
  return jws({ alg: 'ES256', kid: 'k1' }, claims, assertions.key, 'ES256')
}

const CERTIFICATES = {
  none: undefined,
  own: certificatePem('client-ec-p256'),
  other: certificatePem('client-other'),
  unreadable: spelling('truncated-der'),
}
const HEADERS = {
  none: undefined,
  'client id': { clientId: '1', clientSecret: undefined },
  right: { clientId: '1', clientSecret: SECRET },
  wrong: { clientId: '1', clientSecret: 'wrong' },
}
const FORM_SECRETS = { none: undefined, right: SECRET, wrong: 'wrong' }
const ASSERTIONS = {
  none: () => undefined,
  malformed: () => readClientAssertion('x.y.z'),
  right: () => readClientAssertion(assertion()),
}
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

interface Combination {
  readonly header: keyof typeof HEADERS
  readonly formSecret: keyof typeof FORM_SECRETS
  readonly assertion: keyof typeof ASSERTIONS
  readonly certificate: keyof typeof CERTIFICATES
}
const keys = <T extends object>(table: T) => Object.keys(table) as (keyof T)[]

const COMBINATIONS: Combination[] = keys(HEADERS).flatMap((header) =>
  keys(FORM_SECRETS).flatMap((formSecret) =>
    keys(ASSERTIONS).flatMap((assertion) =>
      keys(CERTIFICATES).map((certificate) => ({ header, formSecret, assertion, certificate })),
    ),
  ),
)

function presented({ header, formSecret, assertion, certificate }: Combination): PresentedCredentials {
  const basic = HEADERS[header]
  return {
    ...(basic === undefined ? {} : { basic }),
    form: {
      clientId: '1',
      clientSecret: FORM_SECRETS[formSecret],
      clientAssertion: ASSERTIONS[assertion](),
      clientAssertionType: assertion === 'none' ? undefined : ASSERTION_TYPE,
    },
    certificate: readPresented(CERTIFICATES[certificate]),
    unidentified: 'client-unidentified',
  }
}

async function reasonFor(asking: Client, combination: Combination): Promise<Reason | undefined> {
  try {
    await authenticateClient(asking, presented(combination), callOf(runtime, service))
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
}

const noSecret = ({ header, formSecret }: Combination) =>
  (header === 'none' || header === 'client id') && formSecret === 'none'

const nothing = (combination: Combination) => noSecret(combination) && combination.assertion === 'none'

/** When a client of the type that goes with its method is authenticated. A certificate is never in the way. */
const ENOUGH: Readonly<Record<TokenAuthMethod, (combination: Combination) => boolean>> = {
  NONE: nothing,
  CLIENT_SECRET_BASIC: ({ header, assertion }) => header === 'right' && assertion === 'none',
  CLIENT_SECRET_POST: ({ header, formSecret, assertion }) =>
    formSecret === 'right' && header !== 'wrong' && assertion === 'none',
  TLS_CLIENT_AUTH: (combination) => nothing(combination) && combination.certificate === 'own',
  SELF_SIGNED_TLS_CLIENT_AUTH: (combination) => nothing(combination) && combination.certificate === 'own',
  PRIVATE_KEY_JWT: (combination) => noSecret(combination) && combination.assertion === 'right',
}

describe.each(TOKEN_AUTH_METHODS)('%s', (method) => {
  const type = method === 'NONE' ? 'PUBLIC' : 'CONFIDENTIAL'

  test('a client authenticates only by its own credentials, with every certificate', async () => {
    const accepted = []
    for (const combination of COMBINATIONS) {
      const reason = await reasonFor(client(method, type), combination)
      if (reason === undefined) accepted.push(combination)
      else expect(refusalRows()[reason].slice(1, 3)).toEqual(['INVALID_CLIENT', 'invalid_client'])
    }
    const enough = COMBINATIONS.filter(ENOUGH[method])
    expect(accepted).toEqual(enough)
    expect(enough).not.toEqual([])
  })

  test('a method authenticates no client of the other type', async () => {
    const other = client(method, type === 'PUBLIC' ? 'CONFIDENTIAL' : 'PUBLIC')
    for (const combination of COMBINATIONS) expect(await reasonFor(other, combination)).toBeDefined()
  })

  test('a method that the service does not support authenticates no client', async () => {
    const others = TOKEN_AUTH_METHODS.filter((name) => name !== method)
    const narrow = { ...service, supportedTokenAuthMethods: others }
    for (const combination of COMBINATIONS.filter(ENOUGH[method])) {
      await expect(
        authenticateClient(client(method, type), presented(combination), callOf(runtime, narrow)),
      ).rejects.toThrow(expect.objectContaining({ reason: 'method-unsupported', options: { named: method } }))
    }
  })
})

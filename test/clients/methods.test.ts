import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { type Deployment, openDeployment } from './deployment.ts'
import {
  BY_SAN,
  BY_SUBJECT,
  byAssertion,
  type Kind,
  NONE,
  SECRET_BASIC,
  SECRET_POST,
  SELF_SIGNED,
} from './kinds.ts'
import { LIBRARIES } from './libraries.ts'
import { clientCredentials, codeFlow, FORMATS, parties, setFormat } from './walk-through.ts'

let deployment: Deployment

beforeAll(async () => {
  deployment = await openDeployment()
})
beforeEach(() => deployment.setClock())
afterAll(() => deployment.close())

const CONFIDENTIAL: readonly (readonly [name: string, kind: Kind | Promise<Kind>])[] = [
  ['client_secret_basic', SECRET_BASIC],
  ['client_secret_post', SECRET_POST],
  ['tls_client_auth by its subject', BY_SUBJECT],
  ...BY_SAN.map(([name, kind]) => [`tls_client_auth by a ${name}`, kind] as const),
  ['self_signed_tls_client_auth', SELF_SIGNED],
  ...['ES256', 'PS256', 'RS256', 'Ed25519'].map(
    (alg) => [`private_key_jwt with ${alg}`, byAssertion(alg)] as const,
  ),
]

describe.each(LIBRARIES)('%s', (_library, open) => {
  describe.each(FORMATS)('with access tokens that are %s', (format) => {
    beforeEach(() => setFormat(deployment, format))

    test.each([['none', NONE] as const, ...CONFIDENTIAL])(
      'gets a bound token for a code by %s, refreshes and revokes it',
      async (_method, made) => {
        const kind = await made
        await codeFlow(await parties(open, deployment, kind), kind, format)
      },
    )

    test.each(CONFIDENTIAL)('gets a bound token by %s for itself', async (_method, made) => {
      const kind = await made
      await clientCredentials(await parties(open, deployment, kind), kind, format)
    })
  })
})

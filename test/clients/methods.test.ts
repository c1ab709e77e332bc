import { beforeEach, describe, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { BY_CERTIFICATE, BY_SECRET, byAssertion, type Kind, NONE } from './kinds.ts'
import { LIBRARIES } from './libraries.ts'
import { clientCredentials, codeFlow, FORMATS, parties, setFormat } from './walk-through.ts'

const deployment = await openDeployment()

const CONFIDENTIAL: readonly (readonly [name: string, kind: Kind | Promise<Kind>])[] = [
  ...BY_SECRET,
  ...BY_CERTIFICATE,
  ...['ES256', 'PS256', 'RS256', 'Ed25519'].map(
    (alg) => [`private_key_jwt with ${alg}`, byAssertion(alg)] as const,
  ),
]

/** Each library runs with another form of access tokens. One form is enough, because a library treats all tokens alike. */
const RUNS = LIBRARIES.map(([library, open], i) => [library, FORMATS[i] ?? 'opaque', open] as const)

describe.each(RUNS)('%s with access tokens that are %s', (_library, format, open) => {
  beforeEach(() => setFormat(deployment, format))

  test.each([['none', NONE] as const, ...CONFIDENTIAL])(
    'a client by %s gets a bound token for a code, refreshes and revokes it',
    async (_method, made) => {
      const kind = await made
      await codeFlow(await parties(open, deployment, kind), kind, format)
    },
  )

  test.each(CONFIDENTIAL)(
    'a client by %s gets a bound token by client credentials',
    async (_method, made) => {
      const kind = await made
      await clientCredentials(await parties(open, deployment, kind), kind, format)
    },
  )
})

import { describe, expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { FORMATS, type Format } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { bindings, presented } from '../../support/vectors.ts'
import { BOUND, openWalk, OWN, PUBLIC } from '../../support/walk.ts'

const runtime = await testRuntime()
const { tables } = runtime
describe.each([
  ['opaque', {}],
  ['jwt', { accessTokenSignAlg: 'ES256' }],
] as const)('access tokens %s', async (_name, settings) => {
  const walk = await openWalk(runtime, settings)
  const client = await walk.addClient(PUBLIC, BOUND)
  const authorization = `Bearer ${(await walk.granted(client, OWN)).access}`
  const handler = serveAuthorizer(authorizeRequest, {
    ...runtime,
    settings: { ...runtime.settings, serviceId: walk.number },
  })
  const bind = (binding: unknown) => tables.tamper(walk.number, client.number, { binding })
  const ask = async (certificate: string | undefined, format: Format) => {
    const result = await handler(authorizerEvent({ authorization, certificate }, format))
    if ('isAuthorized' in result) return result.isAuthorized
    return JSON.stringify(result.policyDocument).includes('"Effect":"Allow"')
  }

  test.each(bindings)(
    'the authorizer allows a token only when its binding holds: $id, $why',
    async ({ token, certificate, verdict }) => {
      await bind('cnf' in token ? token.cnf : 'none')
      for (const format of FORMATS) {
        expect(await ask(presented(certificate), format)).toBe(verdict === 'holds')
      }
    },
  )

  test('a grant without a binding attribute is denied', async () => {
    await bind(undefined)
    for (const format of FORMATS) expect(await ask(OWN, format)).toBe(false)
  })
})

import { deployedFunctions } from '../../infra/emulator/site/deployed-functions.ts'
import { plainEdge } from '../../infra/emulator/edge/edge.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { ProtectedResourceOptions } from '../../shared/resource-server/protected-resource.ts'
import { fixedRuntime } from './fixed-runtime.ts'
import { BASIC, openWalk } from './walk.ts'

const AUDIENCE = 'https://accounts.example.com'

/**
 * certbound on a plain domain, whose tokens are meant for one resource, and a client for its resource server. Its clock stands
 * at the time of the machine, by which resource servers judge.
 */
export async function openIssuer(format: 'opaque' | 'jwt') {
  const runtime = await fixedRuntime()
  runtime.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  const walk = await openWalk(runtime, {
    defaultResource: AUDIENCE,
    ...(format === 'jwt' ? { accessTokenSignAlg: 'ES256' } : {}),
  })
  const resourceServer = await walk.addClient(BASIC, { resourceServerAudiences: [AUDIENCE] })
  const edge = await plainEdge({
    routes: deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }),
    onError: console.error,
    domainName: 'api.example.com',
    apiId: 'local',
  })
  const url = `http://localhost:${edge.port}`
  const expected = { issuer: 'https://as.example.com', audience: AUDIENCE }

  return {
    ...{ runtime, walk, resourceServer, url },
    offline: { ...expected, jwks: `${url}/jwks` } satisfies ProtectedResourceOptions,
    online: {
      ...expected,
      introspection: {
        endpoint: `${url}/introspection/standard`,
        clientId: resourceServer.id,
        clientSecret: resourceServer.secret,
      },
    } satisfies ProtectedResourceOptions,
    close: async () => {
      await edge.close()
      await runtime.close()
    },
  }
}

export type Issuer = Awaited<ReturnType<typeof openIssuer>>

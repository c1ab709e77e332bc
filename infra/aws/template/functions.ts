import { routes as authorization } from '../../../functions/authorization/routes.ts'
import { routes as discovery } from '../../../functions/discovery/routes.ts'
import { routes as introspection } from '../../../functions/introspection/routes.ts'
import { routes as management } from '../../../functions/management/routes.ts'
import { routes as revocation } from '../../../functions/revocation/routes.ts'
import { routes as standardIntrospection } from '../../../functions/standard-introspection/routes.ts'
import { routes as tokenManagement } from '../../../functions/token-management/routes.ts'
import { routes as token } from '../../../functions/token/routes.ts'
import { routes as userinfo } from '../../../functions/userinfo/routes.ts'
import type { Route, Routes } from '../../../shared/lambda/route.ts'
import type { Rights } from './rights.ts'

interface DeployedFunction extends Rights {
  readonly routes: Routes
  /** Nobody waits for it, so it keeps the client of AWS, which is the reference of the lean one (shared/dynamodb). */
  readonly usesSdk?: true
}

const ALL = {
  authorization: {
    routes: authorization,
    // Clients that push a request authenticate.
    calls: ['useAssertions', 'useProofs', 'readGrants', 'readStates', 'writeGrants', 'deleteGrants'],
    reads: ['nonceKeys'],
  },
  // The API of a resource server calls it, from a stack of its own (docs/resource-servers.md). It cannot give out nonces.
  authorizer: { routes: {}, calls: ['useProofs', 'readGrants'] },
  discovery: { routes: discovery, calls: [] },
  introspection: { routes: introspection, calls: ['useProofs', 'readGrants'], reads: ['nonceKeys'] },
  management: {
    routes: management,
    calls: ['listRegistry', 'writeRegistry', 'readStates', 'writeGrants', 'deleteGrants'],
    usesSdk: true,
  },
  revocation: { routes: revocation, calls: ['useAssertions', 'readGrants', 'readStates', 'deleteGrants'] },
  // It signs responses for resource servers that ask for it (RFC 9701).
  'standard-introspection': {
    routes: standardIntrospection,
    calls: ['useAssertions', 'readGrants'],
    reads: ['signingKeys'],
  },
  token: {
    routes: token,
    // A code or a refresh token that is used again ends its grant. Where a subject has one token at a client, the others are listed.
    calls: [
      'useAssertions',
      'useProofs',
      'readGrants',
      'readStates',
      'writeGrants',
      'deleteGrants',
      'listGrants',
    ],
    reads: ['signingKeys', 'nonceKeys'],
  },
  'token-management': {
    routes: tokenManagement,
    calls: ['listRegistry', 'readGrants', 'readStates', 'writeGrants', 'deleteGrants', 'listGrants'],
    reads: ['signingKeys'],
    usesSdk: true,
  },
  // It signs responses for clients that ask for it (OpenID Connect Core section 5.3.2).
  userinfo: { routes: userinfo, calls: ['useProofs', 'readGrants'], reads: ['signingKeys', 'nonceKeys'] },
} as const satisfies Readonly<Record<string, DeployedFunction>>

export type FunctionName = keyof typeof ALL
/** The functions, by their folders in functions/. */
export const FUNCTIONS = Object.entries<DeployedFunction>(ALL) as [FunctionName, DeployedFunction][]

interface KeyedRoute {
  /** In API Gateway. Each function decides which methods a route takes. */
  readonly key: `ANY /${string}`
  readonly route: Route
}
/** The routes of all functions. */
export const ROUTES: readonly KeyedRoute[] = FUNCTIONS.flatMap(([, { routes }]) =>
  Object.entries(routes).map(([path, route]) => ({ key: `ANY ${path}` as `ANY /${string}`, route })),
)

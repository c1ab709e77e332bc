import { type FUNCTION_ROUTES, ROUTES } from '../../deployed-routes.ts'
import type { Route } from '../../../shared/lambda/route.ts'
import type { Rights } from './rights.ts'

interface FunctionSettings extends Rights {
  /** Whether the function uses the AWS SDK instead of the lean client (shared/dynamodb), because its latency does not matter. */
  readonly usesSdk?: true
}

/** Every step of a grant. */
const GRANTS = ['readGrants', 'readGrant', 'writeGrants', 'deleteGrants'] as const

const ALL = {
  // Clients authenticate here. An announcement is written for a client, and read with the revocations of its certificates.
  announcement: { calls: ['useAssertions', 'readGrants', 'readGrant', 'writeGrants'] },
  authorization: {
    // Clients that push requests authenticate, which needs these calls.
    calls: ['useAssertions', 'useProofs', ...GRANTS],
    reads: ['nonceKeys'],
  },
  // The APIs of resource servers call the authorizer from their own stacks (docs/resource-servers.md). It cannot issue nonces.
  authorizer: { calls: ['useProofs', 'readGrants'] },
  // A schedule invokes this function, which has no routes.
  'certificate-lists': {
    calls: [
      ...(['listRegistry', 'writeSources', 'writeBuckets', 'writeRevocations'] as const),
      ...(['readGrants', 'readGrant', 'writeGrants', 'listGrants', 'recordChanges'] as const),
    ],
    usesSdk: true,
  },
  discovery: { calls: [] },
  introspection: { calls: ['useProofs', 'readGrants'], reads: ['nonceKeys'] },
  management: {
    calls: [
      'listRegistry',
      'writeRegistry',
      // The revocation of a certificate reads the notes of its clients, and counts their tokens.
      ...GRANTS,
      'listGrants',
      'recordChanges',
      'listRecords',
    ],
  },
  revocation: { calls: ['useAssertions', 'readGrants', 'readGrant', 'deleteGrants'] },
  // The function signs responses for resource servers that request it (RFC 9701).
  'standard-introspection': {
    calls: ['useAssertions', 'readGrants'],
    reads: ['signingKeys'],
  },
  token: {
    // A code or refresh token that is used again revokes its grant. If a subject may have only one token at a client, the others are listed.
    calls: ['useAssertions', 'useProofs', ...GRANTS, 'listGrants'],
    reads: ['signingKeys', 'nonceKeys'],
  },
  'token-management': {
    calls: ['listRegistry', ...GRANTS, 'listGrants', 'recordChanges'],
    reads: ['signingKeys'],
  },
  // The function signs responses for clients that request it (OpenID Connect Core section 5.3.2).
  userinfo: { calls: ['useProofs', 'readGrants'], reads: ['signingKeys', 'nonceKeys'] },
} as const satisfies Readonly<Record<keyof typeof FUNCTION_ROUTES | FunctionWithoutRoutes, FunctionSettings>>

export type FunctionName = keyof typeof ALL
type FunctionWithoutRoutes = 'authorizer' | 'certificate-lists'
/** Whether API Gateway invokes a function of this deployment. */
export const hasRoutes = (name: FunctionName): name is Exclude<FunctionName, FunctionWithoutRoutes> =>
  name !== 'authorizer' && name !== 'certificate-lists'
/** The names of the functions, which are their folders in functions/. */
export const FUNCTIONS = Object.entries<FunctionSettings>(ALL) as [FunctionName, FunctionSettings][]

interface GatewayRoute {
  /** The route key of API Gateway. Each function decides which methods a route accepts. */
  readonly key: `ANY /${string}`
  readonly route: Route
}
/** The routes of all functions. */
export const GATEWAY_ROUTES: readonly GatewayRoute[] = Object.entries(ROUTES).map(([path, route]) => ({
  key: `ANY ${path}` as `ANY /${string}`,
  route,
}))

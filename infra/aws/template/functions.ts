import { type FUNCTION_ROUTES, ROUTES } from '../../deployed-routes.ts'
import type { Route } from '../../../shared/lambda/route.ts'
import type { Rights } from './rights.ts'

interface FunctionSettings extends Rights {
  /** Nobody waits for it, so it keeps the client of AWS, which is the reference of the lean one (shared/dynamodb). */
  readonly usesSdk?: true
}

const ALL = {
  authorization: {
    // Clients that push a request authenticate.
    calls: ['useAssertions', 'useProofs', 'readGrants', 'readGrant', 'writeGrants', 'deleteGrants'],
    reads: ['nonceKeys'],
  },
  // The API of a resource server calls it, from a stack of its own (docs/resource-servers.md). It cannot give out nonces.
  authorizer: { calls: ['useProofs', 'readGrants'] },
  discovery: { calls: [] },
  introspection: { calls: ['useProofs', 'readGrants'], reads: ['nonceKeys'] },
  management: {
    calls: [
      'listRegistry',
      'writeRegistry',
      'readGrant',
      'writeGrants',
      'deleteGrants',
      'recordChanges',
      'listRecords',
    ],
    usesSdk: true,
  },
  revocation: { calls: ['useAssertions', 'readGrants', 'readGrant', 'deleteGrants'] },
  // It signs responses for resource servers that ask for it (RFC 9701).
  'standard-introspection': {
    calls: ['useAssertions', 'readGrants'],
    reads: ['signingKeys'],
  },
  token: {
    // A code or a refresh token that is used again ends its grant. Where a subject has one token at a client, the others are listed.
    calls: [
      'useAssertions',
      'useProofs',
      'readGrants',
      'readGrant',
      'writeGrants',
      'deleteGrants',
      'listGrants',
    ],
    reads: ['signingKeys', 'nonceKeys'],
  },
  'token-management': {
    calls: [
      'listRegistry',
      'readGrants',
      'readGrant',
      'writeGrants',
      'deleteGrants',
      'listGrants',
      'recordChanges',
    ],
    reads: ['signingKeys'],
    usesSdk: true,
  },
  // It signs responses for clients that ask for it (OpenID Connect Core section 5.3.2).
  userinfo: { calls: ['useProofs', 'readGrants'], reads: ['signingKeys', 'nonceKeys'] },
} as const satisfies Readonly<Record<keyof typeof FUNCTION_ROUTES | 'authorizer', FunctionSettings>>

export type FunctionName = keyof typeof ALL
/** The functions, by their folders in functions/. */
export const FUNCTIONS = Object.entries<FunctionSettings>(ALL) as [FunctionName, FunctionSettings][]

interface KeyedRoute {
  /** In API Gateway. Each function decides which methods a route takes. */
  readonly key: `ANY /${string}`
  readonly route: Route
}
/** The routes of all functions. */
export const KEYED_ROUTES: readonly KeyedRoute[] = Object.entries(ROUTES).map(([path, route]) => ({
  key: `ANY ${path}` as `ANY /${string}`,
  route,
}))

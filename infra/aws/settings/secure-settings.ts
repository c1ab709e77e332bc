import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { endpoints } from '../../management/endpoints.ts'
import { newSigningKey } from '../../signing-key.ts'
import { type Problem, problemsOfClient, problemsOfService } from '../../management/problems.ts'
import type { ManagedSettings } from './settings.ts'

type Members = Readonly<Record<string, unknown>>

const HOUR_SECONDS = 3600

/**
 * The members of a new service. Its settings replace these defaults: bound tokens, PKCE with S256, an ES256 key, and the endpoints of
 * the two domains. The management API adds a `manage` credential.
 */
export function serviceMembers(settings: ManagedSettings): Members {
  return {
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'],
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: true,
    pkceS256Required: true,
    clientIdAliasEnabled: true,
    accessTokenDuration: HOUR_SECONDS,
    credentials: [{ role: 'runtime' }, { role: 'introspect' }],
    jwks: JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] }),
    ...endpointsOf(settings),
    ...settings.service,
  }
}

/** The endpoints that a service of an older version does not have. `null` in the settings leaves one out. */
export function laterEndpoints(settings: ManagedSettings): Members {
  const { certificateAnnouncementEndpoint } = { ...endpointsOf(settings), ...settings.service }
  return { certificateAnnouncementEndpoint }
}

/** The members of a new client. Its tokens are bound unless its settings disable that. */
export function clientMembers(client: ManagedSettings['clients'][number]): Members {
  return { tlsClientCertificateBoundAccessTokens: true, ...client }
}

/** The problems for which the management API would refuse the settings. Paths are paths in the settings. */
export async function problemsOfSettings(settings: ManagedSettings, now: Date): Promise<Problem[]> {
  const seconds = Math.floor(now.getTime() / 1000) as EpochSeconds
  const { problems, read } = await problemsOfService(serviceMembers(settings), seconds)
  const found = problems.map((problem) => atPath(problem, 'service', ['service']))
  for (const [i, client] of settings.clients.entries()) {
    const ofClient = read && (await problemsOfClient(clientMembers(client), read)).problems
    const name = `client ${client.clientIdAlias}`
    found.push(...(ofClient ?? []).map((problem) => atPath(problem, name, ['clients', i])))
  }
  return found
}

function atPath({ path, what, remedy }: Problem, name: string, parent: Problem['path']): Problem {
  return { path: [...parent, ...path], what: `${name}: ${what}`, remedy }
}

function endpointsOf({ mtlsOnly, mtlsDomain, plainDomain }: ManagedSettings) {
  return endpoints({ mtls: `https://${mtlsDomain.name}`, plain: `https://${plainDomain.name}`, mtlsOnly })
}

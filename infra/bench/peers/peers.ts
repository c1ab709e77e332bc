import { basic } from '../cases.ts'
import { startChild } from '../child.ts'
import type { Load, Target } from '../load.ts'
import { ADAPTERS } from './adapters.ts'
import { fetchedPeers } from './fetched-peers.ts'
import type { PeerArgument, PeerReady } from './oidc-provider.ts'

const FORM = 'grant_type=client_credentials&scope=accounts%3Aread'

/**
 * Starts oidc-provider, in memory and on DynamoDB, each in its own process. The cases are issuing a token that is bound to the
 * certificate, opaque and as a JWT, and introspection of an opaque one.
 *
 * @param opened the stack that ends the processes
 */
export async function startPeers(
  tls: Omit<PeerArgument, 'packages' | 'adapter'>,
  load: Load,
  opened: AsyncDisposableStack,
): Promise<Target[]> {
  const packages = await fetchedPeers()
  const targets: Target[] = []
  for (const adapter of ADAPTERS) {
    const argument: PeerArgument = { ...tls, packages, adapter }
    const server = await startChild<PeerReady>('peers/oidc-provider.ts', argument)
    opened.defer(server.close)
    const name = `oidc-provider, ${adapter === 'memory' ? 'in memory' : 'on DynamoDB'}`
    const issue: Target = {
      name: `${name}: token`,
      server,
      port: server.ready.port,
      path: '/token',
      headers: { authorization: basic('bench', 'bench-secret') },
      form: FORM,
      expected: '"access_token":"',
    }
    const { access_token } = JSON.parse(await load.sendOne(issue)) as { access_token: string }
    const jwt: Target = {
      ...issue,
      name: `${name}: token, JWT, not stored`,
      form: `${FORM}&resource=https%3A%2F%2Fapi.certbound.test`,
      expected: '"access_token":"eyJ',
    }
    targets.push(issue, ...(adapter === 'memory' ? [jwt] : []), {
      ...issue,
      name: `${name}: introspection`,
      path: '/token/introspection',
      form: `token=${access_token}`,
      // Only the introspection of a bound token returns this member.
      expected: '"x5t#S256":"',
    })
  }
  return targets
}

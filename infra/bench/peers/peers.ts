import { basic } from '../cases.ts'
import { startChild } from '../child.ts'
import type { Load, Target } from '../load.ts'
import { ADAPTERS } from './adapters.ts'
import { type ProofKey, proofKey } from '../proof-cases.ts'
import { fetchedPeers } from './fetched-peers.ts'
import type { PeerArgument, PeerReady } from './oidc-provider.ts'

const FORM = 'grant_type=client_credentials&scope=accounts%3Aread'

/**
 * Starts oidc-provider, in memory and on DynamoDB, each in its own process. The cases are issuing a token that is bound to the
 * certificate, opaque and as a JWT, introspection of an opaque one, and the same with DPoP.
 *
 * @param trust the variable of Node with which they trust DynamoDB
 * @param opened the stack that ends the processes
 */
export async function startPeers(
  tls: Omit<PeerArgument, 'packages' | 'adapter'>,
  trust: Readonly<Record<string, string>>,
  load: Load,
  opened: AsyncDisposableStack,
): Promise<Target[]> {
  const packages = await fetchedPeers()
  const targets: Target[] = []
  for (const adapter of ADAPTERS) {
    const argument: PeerArgument = { ...tls, packages, adapter }
    const server = await startChild<PeerReady>('peers/oidc-provider.ts', argument, trust)
    opened.defer(server.close)
    const name = `oidc-provider, ${adapter === 'memory' ? 'in memory' : 'on DynamoDB'}`
    const { port } = server.ready
    const issue: Target = {
      name: `${name}: token`,
      ...{ server, port, path: '/token', form: FORM, expected: '"access_token":"' },
      headers: { authorization: basic('bench', 'bench-secret') },
    }
    const jwt: Target = {
      ...issue,
      name: `${name}: token, JWT, not stored`,
      form: `${FORM}&resource=https%3A%2F%2Fapi.certbound.test`,
      expected: '"access_token":"eyJ',
    }
    // Only the introspection of a bound token returns these members.
    const introspect = async (issued: Target, name: string, expected: string): Promise<Target> => {
      const { access_token } = JSON.parse(await load.sendOne(issued)) as { access_token: string }
      return { ...issue, name, path: '/token/introspection', form: `token=${access_token}`, expected }
    }
    const [unbound, kept, renewed] = withProofs(issue, name)
    targets.push(
      ...[issue, ...(adapter === 'memory' ? [jwt] : [])],
      await introspect(issue, `${name}: introspection`, '"x5t#S256":"'),
      ...[unbound, kept, renewed],
      await introspect(kept, `${name}: introspection of a token for DPoP, without a proof`, '"jkt":"'),
    )
  }
  return targets
}

/** Issuing tokens that are not bound to the certificate: without a DPoP proof, and with proofs by one key and by a new one each time. */
function withProofs(issue: Target, name: string): [Target, Target, Target] {
  const authorization = basic('unbound', 'bench-secret')
  const target = { htm: 'POST', htu: `https://127.0.0.1:${issue.port}/token` }
  const unbound = { ...issue, name: `${name}: token, unbound`, headers: { authorization } }
  const proved = (pick: () => ProofKey) => () => ({ headers: { authorization, dpop: pick()(target) } })
  const [kept, expected] = [proofKey(), '"token_type":"DPoP"']
  return [
    unbound,
    { ...unbound, name: `${name}: token, with a DPoP proof`, expected, next: proved(() => kept) },
    { ...unbound, name: `${name}: token, with a DPoP proof by a new key`, expected, next: proved(proofKey) },
  ]
}

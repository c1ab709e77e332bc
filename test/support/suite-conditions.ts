import type { ConnectionOptions } from 'node:tls'
import { handshake } from '../../infra/aws/doctor/handshake.ts'
import { RECOMMENDED_SUITES } from '../../infra/connections/mutual-tls.ts'
import { identity } from '../infra/emulator/tls-client.ts'

/** A condition of the suite whose result is a failure. Conditions that only warn are left out. */
export type Condition = readonly [name: string, holds: () => boolean | Promise<boolean>]

export async function failuresOf(conditions: readonly Condition[]): Promise<string[]> {
  const failures: string[] = []
  for (const [name, holds] of conditions) if (!(await holds())) failures.push(name)
  return failures
}

const FORBIDDEN = [...RECOMMENDED_SUITES.map((suite) => `!${suite}`), '@SECLEVEL=0'].join(':')

/** The conditions about the TLS of an endpoint. */
export function tlsConditions(url: string, holds: string): Condition[] {
  const agreed = async (options: ConnectionOptions) =>
    (await handshake(url, { ...identity(holds), ...options })).isAgreed
  const old = (version: 'TLSv1' | 'TLSv1.1') => async () =>
    !(await agreed({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }))
  return [
    [
      'EnsureTLS12RequireBCP195Ciphers',
      () => agreed({ maxVersion: 'TLSv1.2', ciphers: RECOMMENDED_SUITES.join(':') }),
    ],
    ['DisallowTLS10', old('TLSv1')],
    ['DisallowTLS11', old('TLSv1.1')],
    [
      'EnsureTLS13PreferredOverTLS12',
      async () => (await handshake(url, identity(holds))).got.startsWith('TLSv1.3'),
    ],
    [
      'RequireOnlyBCP195RecommendedCiphersForTLS12',
      async () => !(await agreed({ maxVersion: 'TLSv1.2', ciphers: `ALL:${FORBIDDEN}` })),
    ],
  ]
}

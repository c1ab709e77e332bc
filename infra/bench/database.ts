import type { DevelopmentCertificates } from '../emulator/site/certificates.ts'
import { startChild } from './child.ts'
import type { EngineArgument, EngineReady } from './engine.ts'

/** The DynamoDB of a run, in a process of its own. */
export interface Database {
  /** The endpoint of the measured processes: with TLS, as in production, or without. */
  readonly endpoint: string
  /** The endpoint without TLS, for what is not measured. */
  readonly plain: string
  /** The variable with which Node trusts the CA of the run. It is read only when a process starts. */
  readonly trust: Readonly<Record<string, string>>
}

/** @param opened the stack that ends the process */
export async function startDatabase(
  { ca, server: { cert, key } }: Pick<DevelopmentCertificates<never>, 'ca' | 'server'>,
  withTls: boolean,
  opened: AsyncDisposableStack,
): Promise<Database> {
  const argument: EngineArgument = { cert, key }
  const engine = await startChild<EngineReady>('engine.ts', argument)
  opened.defer(engine.close)
  const { http, https } = engine.ready
  const trust = { NODE_EXTRA_CA_CERTS: ca.certificateFile }
  return { endpoint: withTls ? https : http, plain: http, trust }
}

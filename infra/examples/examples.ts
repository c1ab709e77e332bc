import {
  DEVELOPMENT_USER,
  type FrontEnd,
  type FrontEndOptions,
  type FrontEndPorts,
  startFrontEnd,
} from './authorization-server/start.ts'
import { type ResourceServerOptions, startResourceServer } from './resource-server/resource-server.ts'

/** The ports of the servers. If one is absent or 0, a free port is used. The command line options are `--NAME-port`. */
export type ExamplePorts = FrontEndPorts & Partial<Readonly<Record<'library', number>>>

export interface ExampleOptions extends FrontEndOptions {
  readonly ports: ExamplePorts
  /** The options of the resource server that uses the library. */
  readonly library: Pick<
    ResourceServerOptions,
    'mtlsUrl' | 'clientId' | 'introspector' | 'onLine' | 'dpopAlgorithms'
  >
}

export interface Examples extends FrontEnd {
  /** The URL of the resource server that uses the library. */
  readonly librarySampleUrl: string
  /** The user who can log in. */
  readonly user: typeof DEVELOPMENT_USER
}

/**
 * Starts an authorization server and resource servers that use a running certbound.
 *
 * @throws Complaint if a port cannot be used
 */
export async function startExamples(options: ExampleOptions): Promise<Examples> {
  const { ports, issuer, tls, library } = options
  const frontEnd = await startFrontEnd(options)
  const sample = await startResourceServer({ ...library, issuer, tls, port: ports.library }).catch(
    async (error: unknown) => {
      await frontEnd.close()
      throw error
    },
  )
  const librarySampleUrl = `https://localhost:${sample.port}`
  const close = async () => {
    await Promise.all([sample.close(), frontEnd.close()])
  }
  return { ...frontEnd, librarySampleUrl, user: DEVELOPMENT_USER, close }
}

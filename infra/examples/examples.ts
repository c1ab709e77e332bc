import {
  DEVELOPMENT_USER,
  type FrontEnd,
  type FrontEndOptions,
  type FrontEndPorts,
  startFrontEnd,
} from './authorization-server/start.ts'
import { type ResourceServerOptions, startResourceServer } from './resource-server/resource-server.ts'

/** A free one where it is absent or 0. The command line options are `--NAME-port`. */
export type ExamplePorts = FrontEndPorts & Partial<Readonly<Record<'library', number>>>

export interface ExampleOptions extends FrontEndOptions {
  readonly ports: ExamplePorts
  /** For the resource server that uses the library. */
  readonly library: Pick<
    ResourceServerOptions,
    'mtlsUrl' | 'clientId' | 'introspector' | 'onLine' | 'dpopAlgorithms'
  >
}

export interface Examples extends FrontEnd {
  /** A resource server that uses the library. */
  readonly librarySampleUrl: string
  /** Can log in. */
  readonly user: typeof DEVELOPMENT_USER
}

/**
 * An authorization server and resource servers that use a running certbound.
 *
 * @throws Complaint when a port cannot be used
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

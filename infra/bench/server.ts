import { readFile } from 'node:fs/promises'
import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import { deployedFunctions } from '../emulator/deployed-functions.ts'
import { mutualTlsEdge } from '../emulator/edge.ts'
import { readTruststore } from '../truststore/truststore.ts'
import { argument, report } from './child.ts'
import { engineAt, settingsFor, SITE } from './deployment.ts'
import { listenForEcho } from './echo.ts'
import type { Format } from './services.ts'

export interface ServerArgument {
  readonly endpoint: string
  readonly certificateFile: string
  readonly keyFile: string
  readonly truststoreFile: string
  /** Service of each format. */
  readonly services: Readonly<Record<Format, number>>
}

/** Ports of the echo and of the edge in front of each service. */
export type ServerReady = Readonly<Record<Format | 'echo', number>>

const { endpoint, certificateFile, keyFile, truststoreFile, services } = argument() as ServerArgument
const tls = {
  cert: await readFile(certificateFile, 'utf8'),
  key: await readFile(keyFile, 'utf8'),
  truststore: await readTruststore(truststoreFile),
}
const runtime = runtimeFor(settingsFor(services.opaque), engineAt(endpoint))
report({
  echo: await listenForEcho(tls),
  opaque: await listenFor(services.opaque),
  JWT: await listenFor(services.JWT),
} satisfies ServerReady)

async function listenFor(serviceId: number): Promise<number> {
  const serving: Runtime = { ...runtime, settings: settingsFor(serviceId) }
  const edge = await mutualTlsEdge({
    ...SITE,
    ...tls,
    routes: deployedFunctions(serving),
    host: '127.0.0.1',
    port: 0,
    onError: console.error,
  })
  return edge.port
}

import { createServer } from 'node:https'
import { listen } from '../../infra/connections/listen.ts'
import { mutualTlsOptions } from '../../infra/connections/mutual-tls.ts'
import { developmentCertificates } from '../../infra/emulator/site/certificates.ts'
import { parseTruststore } from '../../infra/truststore/truststore.ts'
import { answerMeasurements } from './measured.ts'

/** A server with the TLS of the edge that only answers "ok": the memory that Node's handshakes cost by themselves. */
export interface BareArgument {
  /** The folder of the development certificates. */
  readonly directory: string
}

export interface BareReady {
  readonly port: number
}

const { directory } = JSON.parse(process.argv[2] ?? '{}') as BareArgument
const { ca, server } = await developmentCertificates(directory, [])
const options = mutualTlsOptions({ ...server, truststore: parseTruststore(ca.cert, ca.certificateFile) })
const { port } = await listen(createServer(options, (_, response) => response.end('ok')))
answerMeasurements({ port } satisfies BareReady)

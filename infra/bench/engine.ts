import { createServer } from 'node:https'
import { listen } from '../connections/listen.ts'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { argument, report } from './child.ts'

export interface EngineArgument {
  /** The certificate and the key of its TLS, as PEM. */
  readonly cert: string
  readonly key: string
}

/** The endpoints of one DynamoDB, with and without TLS. */
export interface EngineReady {
  readonly https: string
  readonly http: string
}

const engine = await startEmbeddedEngine({})
const { port } = await listen(createServer(argument() as EngineArgument, engine.serve))
report({ https: `https://127.0.0.1:${port}`, http: engine.endpoint } satisfies EngineReady)

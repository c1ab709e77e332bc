import { startEmbeddedEngine } from '../emulator/engine.ts'
import { report } from './child.ts'

export interface EngineReady {
  readonly endpoint: string
}

const { endpoint } = await startEmbeddedEngine({})
report({ endpoint } satisfies EngineReady)

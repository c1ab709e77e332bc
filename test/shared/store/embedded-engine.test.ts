import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { storeSuites } from './store-suites.ts'

storeSuites(await startEmbeddedEngine({}))

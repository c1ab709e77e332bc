import { findJava } from '../../../infra/emulator/dynamodb-local.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { storeSuites } from './store-suites.ts'

// Amazon's own engine is the better reference of the SDK. Without Java this is the only one.
storeSuites(await startEmbeddedEngine({}), findJava() === undefined ? ['sdk', 'lean'] : ['lean'])

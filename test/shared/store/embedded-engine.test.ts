import { findJava } from '../../../infra/emulator/dynamodb-local.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { ALL, BY_BOTH_CLIENTS, storeSuites } from './store-suites.ts'

// Amazon's own engine is the better reference of the SDK. Without Java this is the only one.
const bySdk = findJava() === undefined ? { sdk: BY_BOTH_CLIENTS } : {}
storeSuites(await startEmbeddedEngine({}), { lean: ALL, ...bySdk })

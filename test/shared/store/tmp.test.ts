import { afterAll } from 'vitest'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { bothClients } from './both-clients.ts'
const { endpoint, close } = await startEmbeddedEngine({})
afterAll(close)
await bothClients(endpoint)

import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { newNumber } from '../../shared/store/identity.ts'
import { ROOT } from '../root.ts'
import { localAws } from '../tables/tables.ts'
import { startEmbeddedEngine } from './engine.ts'
import { localRuntime, localVariables } from './local-runtime.ts'
import { addClient, seed } from './site/seed.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Runs a deployed handler once, with a seeded service in memory.
 *
 * @param name a folder of `functions`
 * @param env decides, for example, which events may contain a certificate. The tables and the service are created here
 * @returns the handler's result
 */
export async function invoke(name: string, event: unknown, env: Environment): Promise<unknown> {
  const before = { ...process.env }
  const engine = await startEmbeddedEngine({})
  try {
    await prepare(engine.endpoint, env)
    // Each run is a cold start, because a handler reads the environment when it is loaded.
    const file = `${pathToFileURL(join(ROOT, 'functions', name, 'handler.ts')).href}?${randomUUID()}`
    const { handler } = (await import(file)) as { handler: (event: unknown) => Promise<unknown> }
    return await handler(event)
  } finally {
    restoreEnvironment(before)
    await engine.close()
  }
}

/** Restores the environment. It changes the object itself, because other code refers to it. */
function restoreEnvironment(before: NodeJS.ProcessEnv): void {
  const added = Object.keys(process.env).filter((name) => !(name in before))
  for (const name of added) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, before)
}

/** Sets the environment of a deployed function, with the engine of this process instead of DynamoDB, and seeds a service. */
async function prepare(endpoint: string, env: Environment): Promise<void> {
  const serviceId = newNumber(randomBytes)
  const { REGISTRY_TABLE, GRANTS_TABLE, AUDIT_TABLE, SERVICE_ID } = localVariables(serviceId)
  const made = { REGISTRY_TABLE, GRANTS_TABLE, AUDIT_TABLE, SERVICE_ID, ...localAws(endpoint) }
  Object.assign(process.env, EVENT_SOURCES, env, made)
  const runtime = await localRuntime(endpoint, serviceId)
  await seed(runtime, serviceId, 'https://api.example.com')
  await addClient(runtime, serviceId, EVENT_CLIENT)
  runtime.store.close()
}

/** The domain and the APIs in the events of test/events. */
const EVENT_SOURCES = { MTLS_DOMAINS: 'mtls.api.example.com', API_IDS: 'a1b2c3d4e5,f6e5d4c3b2' }
const EVENT_CLIENT = {
  clientIdAlias: 'client-1',
  clientIdAliasEnabled: true,
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: 'CN=client-1.example.com,OU=payments,O=Example Client,C=DE',
  tlsClientCertificateBoundAccessTokens: true,
  grantTypes: ['CLIENT_CREDENTIALS'],
}

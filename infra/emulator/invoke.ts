import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readdir, readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { runtimeFor } from '../../shared/runtime.ts'
import { readEnvironment } from '../../shared/settings.ts'
import { startEmbeddedEngine } from './engine.ts'
import { newIdentity, seed } from './seed.ts'
import { createTables, localAws } from '../tables/tables.ts'
import { ROOT } from '../root.ts'

const HELP = `Runs one deployed handler on one API Gateway event, over an engine in memory:

  npm run invoke -- FUNCTION EVENT.json        for example: npm run invoke -- token test/events/httpapi-v2-mtls.json

The service is the one of npm start, with one more client: client-1, which authenticates with the certificate of the
events in test/events. MTLS_DOMAINS and API_IDS of the environment say which events may bring a certificate; unless
they are set they are those of test/events.`

const FUNCTIONS = pathToFileURL(join(ROOT, 'functions/'))

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [name, file, ...more] = positionals
  if (values.help || name === undefined || file === undefined || more.length > 0) {
    console.log(HELP)
    process.exitCode = values.help ? 0 : 1
    return
  }
  const names = await readdir(FUNCTIONS)
  if (!names.includes(name))
    throw new Error(`there is no function ${name}: choose one of ${names.join(', ')}`)
  const event = await readEvent(file)
  const engine = await startEmbeddedEngine({})
  try {
    await prepare(engine.endpoint)
    const handlerFile = new URL(`${name}/handler.ts`, FUNCTIONS).href
    const { handler } = (await import(handlerFile)) as { handler: (event: unknown) => Promise<unknown> }
    console.log(JSON.stringify(await handler(event), null, 2))
  } finally {
    await engine.close()
  }
}

async function readEvent(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} is no readable JSON file`, { cause: error })
  }
}

/** The environment of a deployed function, with the engine of this process in place of DynamoDB. */
async function prepare(endpoint: string): Promise<void> {
  const identity = newIdentity()
  Object.assign(process.env, {
    MTLS_DOMAINS: 'mtls.api.example.com',
    API_IDS: 'a1b2c3d4e5,f6e5d4c3b2',
    ...process.env,
    REGISTRY_TABLE: 'certbound-registry',
    GRANTS_TABLE: 'certbound-grants',
    SERVICE_ID: String(identity.serviceId),
    ...localAws(endpoint),
  })
  const settings = readEnvironment()
  await createTables(endpoint, settings.registryTable, settings.grantsTable)
  const { store, now } = runtimeFor(settings)
  await seed(store, { ...identity, issuer: 'https://mtls.api.example.com' }, now())
  await seedEventClient(store, identity.serviceId, now())
  store.close()
}

async function seedEventClient(
  { clients }: ReturnType<typeof runtimeFor>['store'],
  service: number,
  now: EpochSeconds,
) {
  await clients.create(
    service,
    {
      clientId: 1,
      clientIdAlias: 'client-1',
      clientIdAliasEnabled: true,
      clientType: 'CONFIDENTIAL',
      tokenAuthMethod: 'TLS_CLIENT_AUTH',
      tlsClientAuthSubjectDn: 'CN=client-1.example.com,OU=payments,O=Example Client,C=DE',
      tlsClientCertificateBoundAccessTokens: true,
      grantTypes: ['CLIENT_CREDENTIALS'],
    },
    now,
  )
}

main().catch((error: unknown) => {
  console.error(`invoke: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openTables } from '../../../infra/aws/deployment/tables.ts'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import type { Kept } from '../../../infra/emulator/site/data-folder.ts'
import type { Local } from '../../../infra/emulator/site/local-file.ts'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { argvIn, introspect, obtainToken, startIn } from './local-requests.ts'
import { startCommand } from './started-command.ts'
import { vector } from './tls-client.ts'

let directory: string
beforeEach(async () => {
  directory = await temporaryFolder()
})

const data = () => join(directory, 'data')
const keptFile = () => join(data(), 'kept.json')
const readKept = async () => JSON.parse(await readFile(keptFile(), 'utf8')) as Kept
const start = (...more: string[]) => startIn(directory, ...more)

/** The issuer was the mutual-TLS domain, and the service had no other address. */
async function asOlderVersionsLeftIt(local: Local): Promise<void> {
  const runtime = openLocalTables(local)
  await runtime.store.registry.changeService(local.serviceId, (service) => ({
    ...service,
    ...{ issuer: local.mtlsUrl, authorizationEndpoint: undefined, mtlsEndpointAliases: [] },
    ...{ tokenEndpoint: undefined, revocationEndpoint: undefined, introspectionEndpoint: undefined },
    jwksUri: undefined,
  }))
  runtime.store.close()
}

/** The configuration of code and scripts: every number, name and secret, but no address. */
function secretsOf({ clients, ...local }: Local) {
  const names = Object.keys(local).filter((name) => /^service|^organization/.test(name))
  return { clients, ...Object.fromEntries(names.map((name) => [name, local[name as keyof typeof local]])) }
}

function openLocalTables(local: Local) {
  return openTables(local, local.serviceId, { ...LOCAL_DYNAMODB, endpoint: local.dynamodbUrl })
}

test('npm start keeps its data in data/ below --directory between runs, and prints the path', async () => {
  const first = await start()
  const token = await obtainToken(first.local)
  expect(first.command.stdout()).toContain(`the data:    ${relative('.', data())}, kept for the next run`)
  expect(first.command.stdout()).not.toContain('had the issuer')
  await asOlderVersionsLeftIt(first.local)
  const certificate = await readFile(first.local.clients[1].certificateFile, 'utf8')
  await first.command.stop()
  expect(first.command.stdout()).toMatch(/\nstopped; the data is kept in \S+\/data\n$/)
  const kept = await readKept()
  expect(kept.addresses?.issuer).toBe(first.local.issuer)
  await writeFile(keptFile(), JSON.stringify({ ...kept, addresses: undefined }))
  const second = await start()
  expect(second.command.stdout()).toContain(
    `The issuer of the kept data was ${first.local.mtlsUrl}. It is now ${second.local.plainUrl}: configure clients with it.\n`,
  )
  const ca = await readFile(second.local.caFile, 'utf8')
  const metadata = await mutualTlsRequest(`${second.local.issuer}/.well-known/oauth-authorization-server`, {
    ca,
  })
  expect(JSON.parse(metadata.text)).toMatchObject({
    issuer: second.local.plainUrl,
    authorization_endpoint: second.local.authorizationEndpoint,
    mtls_endpoint_aliases: { token_endpoint: `${second.local.mtlsUrl}/token` },
  })
  expect(secretsOf(second.local)).toEqual(secretsOf(first.local))
  expect(await introspect(second.local, token)).toBe(200)
  expect(await readFile(second.local.clients[1].certificateFile, 'utf8')).toBe(certificate)
})

test('npm start -- --fresh moves the data aside, names their folder, and makes a new service', async () => {
  const first = await start()
  const token = await obtainToken(first.local)
  await first.command.stop()
  const second = await start('--fresh')
  expect(await introspect(second.local, token)).toBe(401)
  const [, aside = ''] = /, kept for the next run \(earlier: (\S+)\)\n/.exec(second.command.stdout()) ?? []
  await second.command.stop()
  const third = await start('--data', aside)
  expect(secretsOf(third.local)).toEqual(secretsOf(first.local))
  expect(await introspect(third.local, token)).toBe(200)
})

test('npm start makes a new service when the kept secrets have lost their tables', async () => {
  const first = await start()
  await first.command.stop()
  await rm(join(data(), 'dynamodb'), { recursive: true })
  const second = await start()
  expect(second.local.clients).not.toEqual(first.local.clients)
  expect(await introspect(second.local, await obtainToken(second.local))).toBe(200)
})

test('npm start refuses to trust a certificate that can issue and that a client of the kept data has registered', async () => {
  const { command, local } = await start()
  const runtime = openLocalTables(local)
  await runtime.store.clients.create(
    local.serviceId,
    {
      ...{ clientId: 4711, clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
      jwks: { keys: [jwkOf('ca-other-root')] },
    },
    runtime.now(),
  )
  runtime.store.close()
  await command.stop()
  const truststore = join(directory, 'issuing.pem')
  await writeFile(truststore, vector('ca-other-root'))
  const refused = startCommand(argvIn(directory, '--truststore', truststore))
  expect(await refused.ended).toBe(1)
  expect(refused.stderr()).toMatch(
    /^start: trust store: .* is meant for a client but can issue .*CA:FALSE\n$/,
  )
})

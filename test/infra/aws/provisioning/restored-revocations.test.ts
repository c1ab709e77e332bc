import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { restoredLines } from '../../../../infra/aws/provisioning/report.ts'
import { restoreServices } from '../../../../infra/aws/provisioning/restore.ts'
import type { FormerRegistry } from '../../../../infra/aws/provisioning/restored-revocations.ts'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { outcome } from '../../../support/answers.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../../support/fixed-runtime.ts'
import { certificatePem, thumbprintOf } from '../../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, RENEWED, type TestClient, type Walk } from '../../../support/walk.ts'

const ISSUER = certificatePem('ca-issuing')
const OWN_THUMBPRINT = thumbprintOf('client-ec-p256') ?? ''
const RENEWED_THUMBPRINT = thumbprintOf('client-ec-p256-renewed') ?? ''
/** The serial number of `RENEWED`. */
const SERIAL = '1006'
const DATES = [{ issuerCertificate: certificatePem('ca-other-root'), notBefore: START * 1000 }]
const NO_FORMER = 'the registry from before the restore (--former-registry names it)'

let runtime: FixedRuntime
let before: FixedRuntime
let former: FormerRegistry
let walk: Walk
let client: TestClient
beforeAll(async () => {
  runtime = await fixedRuntime({ registryCacheSeconds: 0 })
  const { endpoint, settings } = runtime
  before = await fixedRuntime(
    { ...settings, registryTable: 'former' },
    { endpoint, close: () => Promise.resolve() },
  )
  former = { name: 'former', store: before.store }
})
afterAll(async () => {
  await before.close()
  await runtime.close()
})
beforeEach(async () => {
  runtime.clock.now = START
  for (const { tables } of [runtime, before]) await tables.registry.restore([])
  await runtime.tables.grants.restore([])
  walk = await openWalk(runtime, { clientCertificateIssuers: [ISSUER] })
  client = await walk.addClient(BASIC, BOUND)
})

/** Restores the registry of before some changes. The former one has them. */
async function backToBefore(change: () => Promise<unknown>): Promise<void> {
  const backup = await runtime.tables.registry.scan()
  await change()
  await before.tables.registry.restore(await runtime.tables.registry.scan())
  await runtime.tables.registry.restore(backup)
  runtime.clock.now = addSeconds(START, 60)
}

async function restored(more: { former?: FormerRegistry; revive?: 'all' } = {}) {
  const options = {
    now: runtime.clock.now,
    random: runtime.random,
    cacheSeconds: 0,
    revive: new Set<number>(),
  }
  const [service] = await restoreServices(runtime, {
    ...{ ...options, newClientSecrets: false, newSigningKey: false, former: undefined },
    ...more,
  })
  if (service === undefined) throw new Error('no service')
  const manage = service.credentials.find(({ role }) => role === 'manage')?.secret ?? ''
  runtime.clock.now = addSeconds(runtime.clock.now, 1)
  const call = { secret: manage }
  return {
    service,
    revocations: service.revocations,
    call: (path: string, members: object) => walk.call(path, members, call),
    tokens: (clientCertificate: string) =>
      walk.token(client, { grant_type: 'client_credentials' }, { clientCertificate }, call),
  }
}

const revoke = (members: object) => walk.call('/certificate/revoke', members)
const stored = async (named: object) =>
  runtime.store.certificates.revocations.find(walk.number, named as never)
const stateOf = async () => (await runtime.store.grants.findState(walk.number, client.number))?.revoked ?? {}

test('restore copies the revocations and dates of the former registry, with their sources and reasons', async () => {
  await walk.granted(client, RENEWED)
  await backToBefore(async () => {
    await revoke({ thumbprint: OWN_THUMBPRINT, reason: 'keyCompromise', clientIdentifiers: [client.id] })
    await revoke({ issuerCertificate: ISSUER, serialNumber: SERIAL, reason: 'certificateHold' })
    await walk.setService({ clientCertificatesNotBefore: DATES })
  })
  const { revocations, service, call, tokens } = await restored({ former })
  const [held = ''] = revocations.holds
  expect(held).toMatch(/^[\w-]{43}\.1006$/)
  expect(revocations).toEqual({
    ...{
      copied: expect.arrayContaining([OWN_THUMBPRINT, held]) as string[],
      dates: ['2026-11-24T06:40:00.000Z'],
    },
    ...{ holds: [held], unread: [], unwritten: [] },
  })
  const operator = { source: 'operator', revokedAt: START }
  expect(await stored({ thumbprint: OWN_THUMBPRINT })).toEqual([
    { ...operator, reason: 'keyCompromise', clients: [client.number] },
  ])
  expect(await runtime.store.registry.findCurrentService(walk.number)).toMatchObject({
    clientCertificatesNotBefore: DATES,
  })
  expect(restoredLines({ services: [service], owner: undefined })).toContain(
    `  certificates on hold, also if the hold was lifted after the backup: ${held}`,
  )
  for (const certificate of [OWN, RENEWED])
    expect(outcome(await tokens(certificate))).toBe('BAD_REQUEST A244398 invalid_request')
  expect(
    (await call('/certificate/release', { issuerCertificate: ISSUER, serialNumber: SERIAL })).status,
  ).toBe(200)
  expect(outcome(await tokens(RENEWED))).toBe('OK A052001')
})

test('without the former registry restore copies the revocations of the states, as final ones, and names what is missing', async () => {
  await walk.granted(client, OWN)
  await walk.granted(client, RENEWED)
  await revoke({ issuerCertificate: ISSUER, serialNumber: SERIAL })
  await backToBefore(() => revoke({ thumbprint: OWN_THUMBPRINT, reason: 'certificateHold' }))
  const { revocations, call, tokens } = await restored()
  // The backup has the other one, by its issuer and serial number.
  expect(revocations).toMatchObject({ copied: [OWN_THUMBPRINT], holds: [], unread: [NO_FORMER] })
  expect(await stored({ thumbprint: OWN_THUMBPRINT })).toEqual([
    { source: 'operator', reason: 'unspecified', revokedAt: START + 60, clients: [client.number] },
  ])
  expect((await call('/certificate/release', { thumbprint: OWN_THUMBPRINT })).status).toBe(400)
  expect(outcome(await tokens(OWN))).toBe('BAD_REQUEST A244398 invalid_request')
  expect((await restored()).revocations).toMatchObject({ copied: [] })
})

test('restore reads the further revocations of a client, and names those that it cannot read', async () => {
  const id = `${walk.number}.${client.number}`
  const { grants } = runtime.tables
  await grants.put({ ...(await grants.get({ id })), moreRevoked: 'v' })
  await grants.put({ id: `${id}.revoked._`, revoked: { [`_${OWN_THUMBPRINT.slice(1)}`]: 0 } })
  await grants.put({ id: `${id}.revoked.a`, revoked: 'a' })
  const { revocations } = await restored()
  expect(revocations).toMatchObject({
    copied: [`_${OWN_THUMBPRINT.slice(1)}`],
    unread: [NO_FORMER, `${id}.revoked.a`],
  })
})

test('restore writes the revocations of the registry into the states of revived clients', async () => {
  await revoke({ thumbprint: OWN_THUMBPRINT, clientIdentifiers: [client.id] })
  await runtime.tables.grants.restore([])
  const { revocations } = await restored({ revive: 'all' })
  expect(revocations).toMatchObject({ copied: [], unwritten: [] })
  expect(await stateOf()).toEqual({ [OWN_THUMBPRINT]: 0 })
})

test('a damaged revocation or state is named and keeps no other one from being restored', async () => {
  const other = await walk.addClient(BASIC, BOUND)
  await revoke({ thumbprint: RENEWED_THUMBPRINT, clientIdentifiers: [client.id, other.id] })
  await backToBefore(async () => {
    await revoke({ thumbprint: OWN_THUMBPRINT })
    const { registry, grants } = runtime.tables
    const items = await registry.scan()
    const item = items.find(({ sk }) => sk === OWN_THUMBPRINT)
    await registry.put({ ...item, sources: { operator: 'revoked' } })
    const state = await grants.get({ id: `${walk.number}.${other.number}` })
    await grants.put({ ...state, revoked: 'a' })
  })
  const { revocations, service } = await restored({ former })
  expect(revocations).toMatchObject({
    unread: [OWN_THUMBPRINT, `${walk.number}.${other.number}`],
    unwritten: [RENEWED_THUMBPRINT],
  })
  expect(await stateOf()).toHaveProperty(RENEWED_THUMBPRINT)
  const states = service.clients.map(({ clientId, state }) => [clientId, state])
  expect(Object.fromEntries(states)).toEqual({ [client.number]: 'kept', [other.number]: 'damaged' })
  const record = await runtime.store.registry.findClientByNumber(walk.number, other.number)
  expect(record?.locked).toBe(true)
})

test('a former registry that no longer exists is named', async () => {
  const missing = await fixedRuntime(
    { ...runtime.settings, registryTable: 'deleted' },
    { endpoint: runtime.endpoint, close: () => Promise.resolve() },
  )
  await missing.tables.document.send(new DeleteTableCommand({ TableName: 'deleted' }))
  const { revocations } = await restored({ former: { name: 'deleted', store: missing.store } })
  expect(revocations.unread).toEqual(['the table deleted (ResourceNotFoundException)'])
  await missing.close()
})

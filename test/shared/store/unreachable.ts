import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import { sdkDynamoDb } from '../../../shared/dynamodb/sdk.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service } from '../../../shared/store/service.ts'
import { openStore, type Store } from '../../../shared/store/store.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import {
  cut,
  cutAnswerOff,
  type Fate,
  fault,
  gatewayPage,
  startCuttingProxy,
} from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { CLIENT, sampleClientTokens, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const SERVICE_RECORD = Service.parse({
  apiKey: SERVICE,
  issuer: 'https://as.example.com',
  credentials: [],
})
const CLIENT_RECORD = Client.parse({ clientId: CLIENT, clientIdAlias: 'my-client' })
const { pushed, started, ticket, code, tokens, refreshed, key } = sampleGrant()
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

/** Every method of the store that reaches out. */
const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'grants.find': ({ grants }) => grants.find(key, 1),
  'grants.list': ({ grants }) => grants.list(SERVICE, CLIENT),
  'grants.findTokens': ({ grants }) => grants.findTokens([key]),
  'grants.create': ({ grants }) => grants.create(sampleClientTokens(), NO_PROOF),
  'grants.createWithoutProof': ({ grants }) => grants.createWithoutProof(ticket),
  'grants.useRequest': ({ grants }) => grants.useRequest(pushed, started),
  'grants.issueCode': ({ grants }) => grants.issueCode(ticket, code),
  'grants.keepContext': ({ grants }) => grants.keepContext(ticket, 'session 43'),
  'grants.fail': ({ grants }) => grants.fail(ticket),
  'grants.redeem': ({ grants }) => grants.redeem(code, tokens, NO_PROOF),
  'grants.refresh': ({ grants }) => grants.refresh(tokens, refreshed, NO_PROOF),
  'grants.revoke': ({ grants }) => grants.revoke(tokens),
  'grants.end': ({ grants }) => grants.end(tokens, NO_PROOF),
  'grants.change': ({ grants }) => grants.change(tokens, refreshed),
  'grants.findState': ({ grants }) => grants.findState(SERVICE, CLIENT),
  'revocations.find': ({ revocations }) => revocations.find(SERVICE, 'john', START),
  'revocations.put': ({ revocations }) => revocations.put(SERVICE, 'john', CLIENT, START),
  'revocations.remove': ({ revocations }) => revocations.remove(SERVICE, 'john'),
  'clients.create': ({ clients }) => clients.create(SERVICE, CLIENT_RECORD, START),
  'clients.setLocked': ({ clients }) => clients.setLocked(SERVICE, CLIENT_RECORD, true),
  'clients.changeWithAlias': ({ clients }) =>
    clients.changeWithAlias(SERVICE, CLIENT, undefined, () => CLIENT_RECORD),
  'clients.removeAlias': ({ clients }) => clients.removeAlias(SERVICE, { alias: 'a', clientId: CLIENT }),
  'clients.settleAlias': ({ clients }) => clients.settleAlias(SERVICE, 'a', CLIENT),
  'clients.remove': ({ clients }) => clients.remove(SERVICE, CLIENT_RECORD),
  'clients.cutOff': ({ clients }) => clients.cutOff(SERVICE, CLIENT, () => START),
  'clients.revive': ({ clients }) => clients.revive(key.service, key.client, START),
  'registry.findService': ({ registry }) => registry.findService(SERVICE),
  'registry.findClient': ({ registry }) => registry.findClient(SERVICE, 'my-client'),
  'registry.findClientByNumber': ({ registry }) => registry.findClientByNumber(SERVICE, CLIENT),
  'registry.findSigningKey': ({ registry }) => registry.findSigningKey(SERVICE, '1'),
  'registry.findCurrentClient': ({ registry }) => registry.findCurrentClient(SERVICE, String(CLIENT)),
  'registry.findCurrentService': ({ registry }) => registry.findCurrentService(SERVICE),
  'registry.changeClient': ({ registry }) => registry.changeClient(SERVICE, CLIENT, () => CLIENT_RECORD),
  'registry.changeService': ({ registry }) => registry.changeService(SERVICE, (service) => service),
  'registry.createService': ({ registry }) => registry.createService(SERVICE_RECORD, START),
  'registry.isCurrent': ({ registry }) => registry.isCurrent(SERVICE_RECORD),
  'registry.findForDeletion': ({ registry }) => registry.findForDeletion(SERVICE),
  'registry.markDeleted': ({ registry }) => registry.markDeleted(SERVICE_RECORD, START),
  'registry.finishDeletion': ({ registry }) => registry.finishDeletion(SERVICE_RECORD),
  'registry.hasClients': ({ registry }) => registry.hasClients(SERVICE),
  'registry.listFirstClients': ({ registry }) => registry.listFirstClients(SERVICE, 1),
  'registry.listClientNumbers': ({ registry }) => registry.listClientNumbers(SERVICE, 1),
  'registry.listFirstAliases': ({ registry }) => registry.listFirstAliases(SERVICE, 1),
  'registry.findOwner': ({ registry }) => registry.findOwner(),
  'registry.listServices': ({ registry }) => registry.listServices(),
  'registry.listClients': ({ registry }) => registry.listClients(SERVICE),
  'registry.isAliasTaken': ({ registry }) => registry.isAliasTaken(SERVICE, 'my-client'),
  'registry.putService': ({ registry }) => registry.putService(SERVICE_RECORD),
  'registry.putClient': ({ registry }) => registry.putClient(SERVICE, CLIENT_RECORD),
  'registry.putAlias': ({ registry }) => registry.putAlias(SERVICE, 'my-client', CLIENT),
  'registry.putSigningKey': ({ registry }) => registry.putSigningKey(SERVICE, { ...jwk, kid: '1' }),
  'registry.putOwner': ({ registry }) => registry.putOwner({ credentials: [] }),
  'registry.changeOwner': ({ registry }) => registry.changeOwner((owner) => owner),
  'registry.deleteAlias': ({ registry }) => registry.deleteAlias(SERVICE, 'my-client', CLIENT),
  'registry.deleteSigningKey': ({ registry }) => registry.deleteSigningKey(SERVICE, '1'),
  'proofs.useAssertion': ({ proofs }) => proofs.useAssertion(SERVICE, CLIENT, 'jti', START),
  'proofs.useProof': ({ proofs }) => proofs.useProof(SERVICE, { jkt: 'key', jti: 'jti', expiresAt: START }),
  'proofs.findNonceKey': ({ proofs }) => proofs.findNonceKey(SERVICE),
  'proofs.putNonceKey': ({ proofs }) => proofs.putNonceKey(SERVICE, randomBytes),
  'proofs.deleteNonceKey': ({ proofs }) => proofs.deleteNonceKey(SERVICE),
  'registry.deleteClient': ({ registry }) => registry.deleteClient(SERVICE, CLIENT),
}

export async function unreachable(engine: Engine) {
  const tested = await storeUnderTest(engine, { registryCacheSeconds: 0 })

  const call = (run: (store: Store) => Promise<unknown>, { store }: { store: Store } = tested.runtime) =>
    run(store).then(
      () => 'an answer',
      (error: unknown) => error,
    )

  test('every method of the store is among those that are tried', () => {
    const { registry, grants, revocations, clients, proofs } = tested.runtime.store
    const parts = { registry, grants, revocations, clients, proofs }
    const methods = Object.entries(parts).flatMap(([part, object]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(object))
        .filter((method) => method !== 'constructor')
        .map((method) => `${part}.${method}`),
    )
    expect(methods.sort()).toEqual(Object.keys(CALLS).sort())
  })

  describe.each(Object.entries(CALLS))('%s', (_, run) => {
    test('a method throws that the store is unavailable when connections are cut, and why', async () => {
      tested.proxy.fate = cut
      const error = await call(run)
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toHaveProperty('cause.code', 'ECONNRESET')
    })
  })

  /** A store of its own, like that of production: its retries wait. */
  function opened(endpoint: string, tables: object = {}) {
    const { settings, now, random } = tested.runtime
    const store = openStore({
      ...settings,
      ...tables,
      now,
      random,
      dynamodb: sdkDynamoDb({ ...LOCAL_DYNAMODB, endpoint }),
    })
    onTestFinished(() => store.close())
    return { store }
  }

  test('a request is sent three times at most', async () => {
    tested.proxy.fate = cut
    const fresh = opened(tested.proxy.endpoint)
    expect(await call(({ grants }) => grants.find(key), fresh)).toBeInstanceOf(StoreUnavailable)
    expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(Array(3).fill('BatchGetItem'))
  })

  test('every method throws that the store is unavailable when connections are refused', async () => {
    const closed = await startCuttingProxy(engine.endpoint)
    await closed.close()
    const lost = opened(closed.endpoint)
    const errors = await Promise.all(Object.values(CALLS).map((run) => call(run, lost)))
    expect(errors.filter((error) => !(error instanceof StoreUnavailable))).toEqual([])
    const causes = errors.map((error) => (error as { cause: { code: string } }).cause.code)
    expect(new Set(causes)).toEqual(new Set(['ECONNREFUSED']))
  })

  test.each([
    ['an internal error', fault(500, 'InternalServerError')],
    ['no service', fault(503, 'ServiceUnavailable')],
    ['a page of something in between', gatewayPage],
    ['nothing more in the middle of an answer', cutAnswerOff],
    ['an empty page', () => Promise.resolve({ status: 503, body: '' })],
    ['too many requests for the table', fault(400, 'ProvisionedThroughputExceededException')],
    ['too many requests for the account', fault(400, 'RequestLimitExceeded')],
    ['too many requests', fault(400, 'ThrottlingException')],
  ] satisfies [string, Fate][])('the store is unavailable when it answers %s', async (_, fate) => {
    tested.proxy.fate = fate
    expect(await call(({ grants }) => grants.find(key))).toBeInstanceOf(StoreUnavailable)
    expect(await call(({ grants }) => grants.createWithoutProof(sampleClientTokens()))).toBeInstanceOf(
      StoreUnavailable,
    )
  })

  test.each(['AccessDeniedException', 'ValidationException', 'UnrecognizedClientException'])(
    '%s is thrown as it is, because another try would not help',
    async (name) => {
      tested.proxy.fate = fault(400, name)
      expect(await call(({ grants }) => grants.find(key))).toMatchObject({ name, retryable: false })
      expect(tested.proxy.passed).toHaveLength(1)
    },
  )

  test('every method throws that a table is missing', async () => {
    const bare = opened(engine.endpoint, { registryTable: 'registry-missing', grantsTable: 'grants-missing' })
    for (const run of Object.values(CALLS)) {
      expect(await call(run, bare)).toMatchObject({ name: 'ResourceNotFoundException', retryable: false })
    }
  })
}

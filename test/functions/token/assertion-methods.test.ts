import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { loseFirstAnswers } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BOUND, EVERY_METHOD, openWalk, OWN, RENEWED, type TestClient } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime, { ...EVERY_METHOD, clientIdAliasEnabled: true })
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PRIVATE_KEY_JWT)
})

const OK = 'OK A052001'
const invalid = (resultCode: string) => `INVALID_CLIENT ${resultCode} invalid_client`
const USED = invalid('A157398')

type Assertion = ReturnType<typeof asserted>

const send = async (assertion: Partial<Assertion>, from = client) =>
  outcome(await walk.credentials(from, undefined, assertion))

test('an assertion names its client by itself, with client_id, or with the member of the call', async () => {
  const alone = { grant_type: 'client_credentials', ...asserted(client, START) }
  expect((await walk.post('/token', alone)).status).toBe(200)
  expect(await send(asserted(client, START))).toBe(OK)
  const called = await walk.token(
    client,
    { grant_type: 'client_credentials', ...asserted(client, START) },
    { clientId: client.id },
  )
  expect(outcome(called)).toBe(OK)
})

test('an assertion is signed for the name that the request has, number or alias', async () => {
  const aliased = await walk.addClient(PRIVATE_KEY_JWT, {
    clientIdAlias: 'pkj',
    clientIdAliasEnabled: true,
  })
  const byAlias = { iss: 'pkj', sub: 'pkj' }
  const alone = { grant_type: 'client_credentials', ...asserted(aliased, START, byAlias) }
  expect((await walk.post('/token', alone)).status).toBe(200)
  expect(await send(asserted(aliased, START, byAlias), aliased)).toBe(invalid('A157397'))
})

test('an assertion fails while the jwks_uri of its client cannot be fetched, although the record has keys', async () => {
  const remote = await walk.addClient(PRIVATE_KEY_JWT, { jwksUri: 'https://127.0.0.1/jwks' })
  expect(await send(asserted(remote, START), remote)).toBe(invalid('A157396'))
})

test('a client by assertion must present a certificate, is bound to it, and moves its grant to a renewed one', async () => {
  const bound = await walk.addClient(PRIVATE_KEY_JWT, BOUND)
  expect(await send(asserted(bound, START), bound)).toBe('BAD_REQUEST A244308 invalid_request')
  const code = await walk.code(bound)
  const { access, refresh } = tokensOf(await walk.redeem(bound, code, OWN, asserted(bound, START)))
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
  expect(outcome(await walk.introspect(access, RENEWED))).toBe('UNAUTHORIZED A065305 invalid_token')
  const renewed = tokensOf(await walk.refresh(bound, refresh, RENEWED, asserted(bound, START)))
  expect(outcome(await walk.introspect(renewed.access, RENEWED))).toBe('OK A056001')
  expect(outcome(await walk.introspect(renewed.access, OWN))).toBe('UNAUTHORIZED A065305 invalid_token')
})

test('an assertion is used once, until its age refuses it', async () => {
  const assertion = asserted(client, START)
  expect(await send(assertion)).toBe(OK)
  expect(await send(assertion)).toBe(USED)
  runtime.clock.now = (START + 69) as EpochSeconds
  expect(await send(assertion)).toBe(USED)
  runtime.clock.now = (START + 70) as EpochSeconds
  expect(await send(assertion)).toBe(invalid('A157320'))
})

test('an assertion is known by its jti, client by client', async () => {
  const another = await walk.addClient(PRIVATE_KEY_JWT)
  expect(await send(asserted(client, START, { jti: 'one' }))).toBe(OK)
  expect(await send(asserted(another, START, { jti: 'one' }), another)).toBe(OK)
  expect(await send(asserted(client, START, { jti: 'one', exp: START + 90 }))).toBe(USED)
  expect(await send(asserted(client, START, { jti: 'two' }))).toBe(OK)
})

test('an assertion that is sent twenty times at once is accepted once', async () => {
  const assertion = asserted(client, START)
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => send(assertion)))
  expect(outcomes.sort()).toEqual([...Array.from({ length: 19 }, () => USED), OK])
})

test('an assertion does not count as a replay when only the answer to its record was lost', async () => {
  const assertion = asserted(client, START)
  proxy.fate = loseFirstAnswers('PutItem')
  proxy.passed.length = 0
  expect(await send(assertion)).toBe(OK)
  const { registryTable } = runtime.settings
  const puts = proxy.passed.filter(
    ({ operation, body }) => operation === 'PutItem' && body['TableName'] === registryTable,
  )
  expect(puts).toHaveLength(2)
  expect(puts[0]).toEqual(puts[1])
  expect(await send(assertion)).toBe(USED)
})

test('an assertion that fails does not use up its jti', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  expect(await send(asserted(client, START, { jti: 'kept' }, other))).toBe(invalid('A157326'))
  expect(await send(asserted(client, START, { jti: 'kept', aud: 'x' }))).toBe(invalid('A157318'))
  expect(await send(asserted(client, START, { jti: 'kept', exp: START - 60 }))).toBe(invalid('A157320'))
  expect(await send(asserted(client, START, { jti: 'kept' }))).toBe(OK)
})

test('an assertion is answered with 503 when its use cannot be recorded', async () => {
  proxy.fate = (passing, forward) =>
    passing.operation === 'PutItem' ? Promise.resolve(undefined) : forward()
  expect((await walk.credentials(client, undefined, asserted(client, START))).status).toBe(503)
})

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import config from '../vitest.config.ts'
import { runScript } from './support/script.ts'
import { observe, observeStored } from './support/secrets/exchange.ts'
import { watch } from './support/secrets/taps.ts'
import { SecretWatch } from './support/secrets/watch.ts'
import { newSigningKey } from './support/signing-keys.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { testWalk } from './support/test-runtime.ts'
import { BASIC, basic, form, OWN } from './support/walk.ts'

const walk = await testWalk({ refreshTokenKept: true })
const { runtime } = walk
const line = (reason: string) => ({
  requestId: 'r',
  endpoint: '/token',
  outcome: 'OK',
  milliseconds: 0,
  reason,
})

/** Takes the leaks that the watch has found, without the text around them, so that the test does not fail for them. */
const leaks = () => watch.taken().map((leak) => leak.replace(/:.*/s, ''))

test('the watch for secrets is set up for every test file', () => {
  expect(config.test?.setupFiles).toContain('test/support/secrets/setup.ts')
})

test.fails('a log line with a token fails its test', async () => {
  const { access } = await walk.granted(await walk.addClient(BASIC), OWN)
  runtime.log.request(line(access))
})

test('a token, a refresh token, a code, a ticket and a secret are found in a log line, also in a text with escapes', async () => {
  const client = await walk.addClient(BASIC)
  const ticket = String((await walk.authorize(client)).json['ticket'])
  const code = String((await walk.issue(ticket)).json['authorizationCode'])
  const { access, refresh } = await walk.granted(client, OWN)
  await walk.post('/token', { grant_type: 'client_credentials' }, OWN, basic(client))
  for (const [kind, secret] of Object.entries({
    'access token': access,
    'refresh token': refresh,
    code,
    ticket,
    'client secret': client.secret,
  })) {
    runtime.log.failure(line('x'), new Error(`read\n${secret}`))
    expect(leaks()).toEqual([`a ${kind} is in a log line`])
  }
})

test('a log line that is written before its answer shows the token is found', () => {
  const own = new SecretWatch()
  const token = 'T'.repeat(72)
  own.wrote('a log line', `{"token":"${token}"}`)
  expect(own.taken()).toEqual([])
  own.learn('access token', token)
  expect(own.taken()).toEqual(['a access token is in a log line'])
})

test('an item with a clear ticket is found, and one with its digest is not', async () => {
  const client = await walk.addClient(BASIC)
  const ticket = String((await walk.authorize(client)).json['ticket'])
  expect(leaks()).toEqual([])
  await runtime.tables.grants.put({ id: 'planted', ticket })
  expect(leaks()).toEqual(['a ticket is in a table (DynamoDB_20120810.PutItem)'])
  await runtime.tables.grants.remove({ id: 'planted' })
})

test('the further primes of an RSA key are found outside of the records of signing keys', () => {
  const own = new SecretWatch()
  const members = ['r', 'd', 't'].map((name) => [name, { S: name.repeat(43) }])
  const key = { oth: { L: [{ M: Object.fromEntries(members) as object }] } }
  observeStored(
    own,
    'PutItem',
    JSON.stringify({ Item: { pk: { S: 'keys#1' }, sk: { S: 'x' }, jwk: { M: key } } }),
  )
  expect(own.taken()).toEqual([])
  for (const name of ['r', 'd', 't']) own.wrote(`a place for ${name}`, name.repeat(43))
  expect(own.taken()).toHaveLength(3)
})

test('a private key is found outside of the records of signing keys', async () => {
  const { own } = newSigningKey('planted', 'ES256')
  await runtime.store.registry.putSigningKey(walk.number, own)
  expect(leaks()).toEqual([])
  await runtime.tables.registry.put({ pk: 'service', sk: 'planted', d: own.d })
  expect(leaks()).toEqual(['a private key is in a table (DynamoDB_20120810.PutItem)'])
  await runtime.tables.registry.remove({ pk: 'service', sk: 'planted' })
})

const nothing = { authorization: [], query: '', body: '' }

test('a secret that an answer shows a second time is found, and one that the caller sent', () => {
  const own = new SecretWatch()
  const answer = JSON.stringify({ clientSecret: 's'.repeat(43) })
  observe(own, { ...nothing, name: 'POST /client/create', answer })
  expect(own.taken()).toEqual([])
  observe(own, { ...nothing, name: 'GET /client/get', answer })
  expect(own.taken()).toEqual([expect.stringMatching(/^a client secret is in the answer of GET/)])
  const sent = 'c'.repeat(43)
  observe(own, {
    ...nothing,
    name: 'POST /token',
    body: form({ client_secret: sent }),
    answer: `{"x":"${sent}"}`,
  })
  expect(own.taken()).toHaveLength(1)
})

test('somebody else’s refresh token is found in an answer, and the one that the caller presented may be there', () => {
  const own = new SecretWatch()
  const [first, second] = ['r'.repeat(88), 'q'.repeat(88)]
  const refresh = (body: string, answer: object) =>
    observe(own, { ...nothing, name: 'POST /token', body, answer: JSON.stringify(answer) })
  refresh('grant_type=authorization_code', { refresh_token: first })
  refresh('grant_type=authorization_code', { refresh_token: second })
  refresh(form({ refresh_token: first }), { refresh_token: first })
  expect(own.taken()).toEqual([])
  refresh(form({ refresh_token: first }), { refresh_token: second })
  expect(own.taken()).toHaveLength(1)
})

test('an assertion is found by its signature', () => {
  const own = new SecretWatch()
  const assertion = `${'h'.repeat(20)}.${'p'.repeat(40)}.${'s'.repeat(86)}`
  observe(own, { ...nothing, name: 'POST /token', body: form({ client_assertion: assertion }), answer: '{}' })
  own.wrote('a log line', `signature ${'s'.repeat(86)}`)
  expect(own.taken()).toEqual([expect.stringMatching(/^a client assertion is in a log line/)])
})

test('an answer over HTTP that shows a secret again is found', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ newClientSecret: 'n'.repeat(43) }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const get = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/client/get`)
  await (await get()).text()
  expect(leaks()).toEqual([])
  await (await get()).text()
  expect(leaks()).toEqual(['a client secret is in the answer of GET /client/get'])
  server.close()
})

test('a script that logs a secret ends with 70 and names it', async () => {
  const script = join(await temporaryFolder(), 'leaking.ts')
  const log = new URL('../shared/runtime/log.ts', import.meta.url).href
  const taps = new URL('support/secrets/taps.ts', import.meta.url).href
  writeFileSync(
    script,
    `import { openLog } from '${log}'
import { watch } from '${taps}'
watch.learn('access token', 'T'.repeat(72))
openLog('info').request({ reason: 'T'.repeat(72) })`,
  )
  const ran = runScript(script)
  expect(await ran.ended).toBe(70)
  expect(ran.stderr()).toContain('a access token is in a log line')
})

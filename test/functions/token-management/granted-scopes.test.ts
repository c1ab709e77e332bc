import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { form, PUBLIC, SUBJECT, type TestClient, UNBOUND } from '../../support/walk.ts'

const walk = await testWalk({ ...UNBOUND })
const { runtime } = walk
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PUBLIC)
})

/** From the authorization request to tokens: the end-user agrees to these scopes. */
const consent = (scope: string) => walk.granted(client, undefined, { scope })
const get = (subject = SUBJECT) => walk.v3('GET', path('get', subject))
const forget = (subject = SUBJECT) => walk.v3('DELETE', path('delete', subject))
const path = (what: string, subject: string) =>
  `/client/granted_scopes/${what}/${client.id}?${form({ subject })}`

async function granted(subject?: string) {
  const { status, json } = await get(subject)
  expect(status).toBe(200)
  const { latestGrantedScopes: latest, mergedGrantedScopes: merged } = json
  return { latest, merged }
}
const NOTHING = { latest: undefined, merged: undefined }
const isLive = async (token: string) => (await walk.standard(token))['active']

test('the scopes of all living grants of the end-user count, and those of the newest', async () => {
  expect(await granted()).toEqual(NOTHING)
  await consent('read write')
  runtime.clock.now = addSeconds(START, 10)
  await consent('admin read')
  const { json } = await get()
  expect(json).toEqual({
    resultCode: 'A137091',
    resultMessage: `[A137091] Found what was granted to the client (ID = ${client.id}).`,
    serviceApiKey: walk.number,
    clientId: client.number,
    subject: SUBJECT,
    latestGrantedScopes: ['admin', 'read'],
    mergedGrantedScopes: ['read', 'write', 'admin'],
    modifiedAt: (START + 10) * 1000,
  })
  expect(await granted('bob')).toEqual(NOTHING)
})

test('a grant with no scopes is a consent to none', async () => {
  await consent('')
  expect(await granted()).toEqual({ latest: [], merged: [] })
})

test('a grant at another client, one that was revoked and one that has expired do not count', async () => {
  await walk.granted(await walk.addClient(PUBLIC), undefined, { scope: 'read' })
  const { refresh } = await consent('write')
  expect((await granted()).merged).toEqual(['write'])
  await walk.post('/revocation', { token: refresh, client_id: client.id })
  expect(await granted()).toEqual(NOTHING)
  await consent('admin')
  runtime.clock.now = addSeconds(START, 864_000)
  expect(await granted()).toEqual(NOTHING)
})

test('a grant that was taken away at once for all of its client does not count', async () => {
  await consent('read')
  runtime.clock.now = addSeconds(START, 5)
  await walk.v3('POST', '/auth/token/revoke', { clientIdentifier: client.id })
  expect(await granted()).toEqual(NOTHING)
})

test('forgotten grants no longer count, their tokens go on, and a later consent counts', async () => {
  const tokens = [await consent('read write'), await consent('admin')]
  expect((await forget()).json).toEqual({
    resultCode: 'A137092',
    resultMessage: `[A137092] Forgot what was granted to the client (ID = ${client.id}).`,
  })
  expect(await granted()).toEqual(NOTHING)
  for (const { access } of tokens) expect(await isLive(access)).toBe(true)
  const { json } = await walk.introspect(tokens[0]?.access ?? '')
  expect(json['scopes']).toEqual(['read', 'write'])
  await consent('write')
  expect(await granted()).toEqual({ latest: ['write'], merged: ['write'] })
})

test('a forgotten grant stays forgotten when its tokens are refreshed or changed', async () => {
  const { refresh } = await consent('read')
  await forget()
  const { access } = tokensOf(await walk.refresh(client, refresh))
  expect(await isLive(access)).toBe(true)
  expect((await walk.introspect(access)).json['scopes']).toEqual(['read'])
  expect(await granted()).toEqual(NOTHING)
  const change = { accessToken: access, scopes: ['write'], accessTokenValueUpdated: true }
  expect((await walk.call('/auth/token/update', change)).json['action']).toBe('OK')
  expect(await granted()).toEqual(NOTHING)
})

test('only the grants of the named end-user at the named client are forgotten', async () => {
  await consent('read')
  const other = await walk.addClient(PUBLIC)
  await walk.granted(other, undefined, { scope: 'write' })
  await forget('bob')
  await walk.v3('DELETE', `/client/granted_scopes/delete/${other.id}?${form({ subject: SUBJECT })}`)
  expect((await granted()).merged).toEqual(['read'])
})

test('both calls take the subject in the path, in the query and in the body', async () => {
  const subject = 'alice/1'
  const named = encodeURIComponent(subject)
  const at = (what: string) => `/client/granted_scopes/${what}/${client.id}`
  const { json } = await walk.authorize(client, { scope: 'read' })
  const issued = await walk.issue(json['ticket'], { subject })
  await walk.redeem(client, String(issued.json['authorizationCode']))
  for (const answer of [
    await walk.v3('GET', `${at('get')}/${named}?subject=${named}`),
    await walk.v3('GET', `${at('get')}/${named}`),
    await walk.v2('GET', `${at('get')}?subject=${named}`),
    await walk.v2('POST', at('get'), { subject }),
  ]) {
    expect(answer.json['mergedGrantedScopes']).toEqual(['read'])
  }
  for (const answer of [
    await walk.v3('DELETE', `${at('delete')}/${named}?subject=${named}`),
    await walk.v2('DELETE', `${at('delete')}?subject=${named}`),
    await walk.v2('POST', at('delete'), { subject }),
  ]) {
    expect(answer.json['resultCode']).toBe('A137092')
  }
  expect(await granted(subject)).toEqual(NOTHING)
})

test.each(['get', 'delete'])(
  'granted_scopes/%s refuses a call without a subject or with an unknown client',
  async (what) => {
    const method = what === 'get' ? 'GET' : 'DELETE'
    const bare = await walk.v3(method, `/client/granted_scopes/${what}/${client.id}`)
    expect([bare.status, bare.json['resultCode']]).toEqual([400, 'A137202'])
    const unknown = await walk.v3(method, `/client/granted_scopes/${what}/4711?subject=alice`)
    expect([unknown.status, unknown.json['resultCode']]).toEqual([404, 'A001218'])
  },
)

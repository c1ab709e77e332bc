import { beforeEach, expect, test } from 'vitest'
import { failure } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const supportedScopes = ['read', 'write', 'admin'].map((name) => ({ name, defaultEntry: false }))
const { v2, v3 } = await testManagement({ supportedScopes })

let id: string
beforeEach(async () => {
  const { json } = await v3('POST', '/client/create', { extension: { accessTokenDuration: 60 } })
  id = String(json['clientId'])
})

const at = (what: string) => `/client/extension/requestable_scopes/${what}/${id}`
const update = (body: unknown) => v3('PUT', at('update'), body)
const limit = async () => (await v3('GET', at('get'))).json
const extension = async () => (await v3('GET', `/client/get/${id}`)).json['extension']

test('a client has no limit until one is set, and none after it was deleted', async () => {
  expect(await limit()).toEqual({})
  expect((await update({ requestableScopes: ['write', 'read'] })).json).toEqual({
    requestableScopes: ['read', 'write'],
  })
  expect(await limit()).toEqual({ requestableScopes: ['read', 'write'] })
  const deleted = await v3('DELETE', at('delete'))
  expect([deleted.status, deleted.text]).toEqual([204, ''])
  expect(await limit()).toEqual({})
})

test('scopes that the service does not have are left out, and without any the client may request none', async () => {
  expect((await update({ requestableScopes: ['write', 'unknown', 'write'] })).json).toEqual({
    requestableScopes: ['write'],
  })
  expect((await update({ requestableScopes: ['unknown'] })).json).toEqual({ requestableScopes: [] })
  expect((await v2('POST', at('update'), { requestableScopes: [] })).json).toEqual({ requestableScopes: [] })
  expect(await limit()).toEqual({ requestableScopes: [] })
})

test('an update without the member, or with null, lifts the limit', async () => {
  for (const body of [{}, { requestableScopes: null }]) {
    await update({ requestableScopes: [] })
    expect((await update(body)).json).toEqual({})
    expect(await limit()).toEqual({})
  }
})

test.each(['', 'read', 0, false, [1], { read: true }])(
  'the scopes %j are refused and change nothing',
  async (value) => {
    await update({ requestableScopes: ['read'] })
    expect(failure(await update({ requestableScopes: value }))).toBe('400 A001294')
    expect(await limit()).toEqual({ requestableScopes: ['read'] })
  },
)

test('the other settings of the extension stay', async () => {
  await update({ requestableScopes: ['read'] })
  expect(await extension()).toEqual({
    ...{ requestableScopesEnabled: true, requestableScopes: ['read'], accessTokenDuration: 60 },
  })
  await v3('DELETE', at('delete'))
  expect(await extension()).toMatchObject({ requestableScopesEnabled: false, accessTokenDuration: 60 })
})

test('a client that does not exist has no scopes', async () => {
  id = '4711'
  expect(failure(await v3('GET', at('get')))).toBe('404 A001212')
  expect(failure(await update({ requestableScopes: [] }))).toBe('404 A001212')
  expect(failure(await v3('DELETE', at('delete')))).toBe('404 A001212')
})

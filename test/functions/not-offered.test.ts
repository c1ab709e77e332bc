import { expect, test } from 'vitest'
import { contentOf } from '../support/answers.ts'
import { bearer, ORGANIZATION, putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'

const walk = await testWalk()
await putOwner(walk.runtime)
const lastLine = () => walk.runtime.logged().at(-1)

test.each([
  ['/device/verification', 'NOT_EXIST'],
  ['/gm', 'NOT_FOUND'],
  ['/client/registration/update', 'BAD_REQUEST'],
  ['/hsk/get/a-handle', 'INVALID_REQUEST'],
  ['/gm/', 'NOT_FOUND'],
  ['/backchannel/logout/token', 'CALLER_ERROR'],
  ['/auth/token/create/batch', 'BAD_REQUEST'],
  ['/auth/token/create/batch/status/17', 'BAD_REQUEST'],
  ['/attestation/challenge', 'INTERNAL_SERVER_ERROR'],
  ['/vci/nonce', 'NOT_FOUND'],
])('%s is refused with 200 and %s, by v2 and v3 and every method', async (path, action) => {
  for (const answer of [
    await walk.v3('POST', path, {}),
    await walk.v2('POST', path, {}),
    await walk.v3('GET', path),
    await walk.call(path, 'not JSON', { secret: walk.secrets.introspect }),
  ]) {
    expect([answer.status, answer.json['action'], answer.json['resultCode']]).toEqual([
      200,
      action,
      'A001391',
    ])
    expect(lastLine()).toMatchObject({
      outcome: action,
      reason: 'authlete-api-not-offered',
      service: walk.number,
    })
  }
})

test('the log line has the path of the API, without what the request has in it', async () => {
  await walk.v3('GET', '/hsk/get/a-handle')
  expect(lastLine()).toMatchObject({ endpoint: '/hsk/get' })
  await walk.v3('GET', '/nothing/of/authlete')
  expect(lastLine()).toMatchObject({ endpoint: '/api' })
})

test('the content for the client is JSON', async () => {
  expect(contentOf(await walk.v3('POST', '/device/authorization', {}))).toMatchObject({
    error: 'invalid_request',
  })
})

test('an API that is not offered is refused only after the credentials of the service were proved', async () => {
  const path = '/device/verification'
  const refused = async (headers: object) => {
    const { status, json } = await walk.v3('POST', path, {}, headers)
    return `${String(status)} ${String(json['resultCode'])}`
  }
  expect(await refused({})).toBe('401 A001202')
  expect(await refused(bearer('wrong'))).toBe('401 A458101')
  expect(await refused(bearer(ORGANIZATION))).toBe('401 A458101')
  const v2 = await walk.api('POST', `/api${path}`, {}, bearer(walk.secrets.manage))
  expect([v2.status, v2.json['resultCode'], v2.headers['www-authenticate']]).toEqual([
    401,
    'A001203',
    'Basic realm="certbound"',
  ])
  expect(v2.json['resultMessage']).toContain('/device/verification')
})

test.each([
  '/nothing/of/authlete',
  '/device',
  '/device/verification/more',
  '/hsk/get',
  '/info',
  '/auth/token/',
])('%s is 404 with and without credentials', async (path) => {
  for (const headers of [undefined, {}]) {
    const { status, json } = await walk.v3('POST', path, {}, headers)
    expect([status, json['resultCode']]).toEqual([404, 'A001295'])
    expect(lastLine()).toMatchObject({ reason: 'api-not-offered' })
  }
})

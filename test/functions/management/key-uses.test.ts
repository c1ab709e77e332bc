import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { START } from '../../support/fixed-runtime.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { openWalk } from '../../support/walk.ts'
import { failure } from '../../support/management.ts'

const TOKEN_SECONDS = 600
const CACHE_SECONDS = 10
const runtime = await testRuntime({ registryCacheSeconds: CACHE_SECONDS })

const at = (seconds: number) => {
  runtime.clock.now = addSeconds(START, seconds)
}
const ms = (seconds: number) => (START + seconds) * 1000

test('service/get shows when each key was published, may sign, signs, and may be removed', async () => {
  const walk = await openWalk(runtime, { accessTokenSignAlg: 'ES256', accessTokenDuration: TOKEN_SECONDS })
  const get = async () => (await walk.v3('GET', '/service/get')).json
  const uses = async () => (await get())['keyUses']
  const update = (change: object) => walk.v3('POST', '/service/update', change)
  const jwks = JSON.parse(String((await get())['jwks'])) as { keys: object[] }
  const [old = {}] = jwks.keys
  const responses = ['INTROSPECTION_RESPONSES', 'USERINFO_RESPONSES']
  const both = ['ACCESS_TOKENS', ...responses]
  // The record of this key is older than the dates of keys.
  expect(await uses()).toEqual([{ kid: '1', alg: 'ES256', signs: both, namedBy: [] }])

  const { own } = newSigningKey('2', 'ES256')
  const other = newSigningKey('3', 'EdDSA').own
  await update(keySet(old, own, other))
  const publishedAt = ms(0)
  const signsWellFrom = ms(300 + CACHE_SECONDS)
  const third = {
    kid: '3',
    alg: 'EdDSA',
    signs: responses,
    namedBy: [],
    publishedAt,
    signsWellFrom,
  }
  expect(await uses()).toEqual([
    { kid: '1', alg: 'ES256', signs: both, namedBy: [] },
    { kid: '2', alg: 'ES256', signs: [], namedBy: [], publishedAt, signsWellFrom },
    third,
  ])

  at(400)
  const named = {
    ...{ accessTokenSignatureKeyId: '2', introspectionSignatureKeyId: '2', userInfoSignatureKeyId: '2' },
  }
  expect((await update(named)).json).not.toHaveProperty('keyUses')
  const second = {
    kid: '2',
    alg: 'ES256',
    signs: both,
    namedBy: Object.keys(named),
    publishedAt,
    signsWellFrom,
  }
  const [signedUntil, withdrawableAt] = [400 + CACHE_SECONDS, 400 + CACHE_SECONDS + TOKEN_SECONDS]
  expect(await uses()).toEqual([
    {
      kid: '1',
      alg: 'ES256',
      signs: [],
      namedBy: [],
      signedUntil: ms(signedUntil),
      withdrawableAt: ms(withdrawableAt),
    },
    { ...second, signingSince: ms(400) },
    third,
  ])

  at(withdrawableAt - 1)
  expect(failure(await update(keySet(own)))).toBe('400 A039691')
  at(withdrawableAt)
  expect((await update({ ...keySet(own), serviceName: 'later' })).status).toBe(200)
  expect(await uses()).toEqual([{ ...second, signingSince: ms(400) }])
  await update(keySet(own, other))
  expect(await uses()).toMatchObject([{ kid: '2' }, { kid: '3', publishedAt: ms(withdrawableAt) }])
})

test('a cut-off that ends the tokens of a key makes it removable at once', async () => {
  const walk = await openWalk(runtime, { accessTokenSignAlg: 'ES256', accessTokenDuration: TOKEN_SECONDS })
  const read = async () => (await walk.v3('GET', '/service/get')).json
  const update = (change: object) => walk.v3('POST', '/service/update', change)
  const jwks = JSON.parse(String((await read())['jwks'])) as { keys: object[] }
  await update(keySet(...jwks.keys, newSigningKey('2', 'ES256').own))
  await update({ accessTokenSignatureKeyId: '2' })
  const withdrawableAt = async () => (await read())['keyUses'] as { withdrawableAt?: number }[]
  expect((await withdrawableAt())[0]?.withdrawableAt).toBe(ms(CACHE_SECONDS + TOKEN_SECONDS))
  await update({ tokensNotBefore: ms(CACHE_SECONDS + 1) })
  expect((await withdrawableAt())[0]).not.toHaveProperty('withdrawableAt')
})

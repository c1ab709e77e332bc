import { expect, test } from 'vitest'
import type { JwkSet } from '../../../shared/certificate/jwk-set.ts'
import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { type Internet, PUBLIC_INTERNET } from '../../../shared/runtime/internet.ts'
import { RemoteJwks } from '../../../shared/authentication/remote-jwks.ts'
import { START } from '../../support/fixed-runtime.ts'
import { answerWith, reasonFor, testKeyServer } from './key-server.ts'

const server = await testKeyServer()

const at = (seconds: number): EpochSeconds => addSeconds(START, seconds)
const publish = (...kids: string[]) => {
  server.state.answer = answerWith(JSON.stringify({ keys: kids.map((kid) => ({ kty: 'EC', kid })) }))
}
const fail = () => {
  server.state.answer = answerWith('', 500)
}
const fetches = () => server.seen.requests.length
const has = (kid: string) => (jwks: JwkSet) => jwks.keys.find((jwk) => jwk['kid'] === kid)

function opened(changed: Partial<Internet> = {}) {
  const remote = new RemoteJwks({ ...server.internet, ...changed })
  return {
    find: remote.find.bind(remote),
    finds: async (kid: string, seconds: number) =>
      (await remote.find(server.uri, at(seconds), has(kid))) !== undefined,
  }
}

test('a set is fetched once and known for ten minutes', async () => {
  publish('a')
  const remote = opened()
  for (const seconds of [0, 0, 59, 60, 599]) expect(await remote.finds('a', seconds)).toBe(true)
  expect(fetches()).toBe(1)
  expect(await remote.finds('a', 600)).toBe(true)
  expect(fetches()).toBe(2)
})

test('a missing key causes a new fetch if the last fetch is at least a minute old', async () => {
  publish('a')
  const remote = opened()
  expect(await remote.finds('a', 0)).toBe(true)
  publish('a', 'b')
  expect(await remote.finds('b', 59)).toBe(false)
  expect(fetches()).toBe(1)
  expect(await remote.finds('b', 60)).toBe(true)
  expect(fetches()).toBe(2)
  expect(await remote.finds('a', 60)).toBe(true)
  expect(await remote.finds('b', 659)).toBe(true)
  expect(fetches()).toBe(2)
})

test('requests for unknown keys cause one fetch a minute', async () => {
  publish('a')
  const remote = opened()
  for (let seconds = 0; seconds < 180; seconds++)
    expect(await remote.finds(`x${seconds}`, seconds)).toBe(false)
  expect(fetches()).toBe(3)
})

test('concurrent requests share one fetch, at first and later', async () => {
  publish('a')
  const remote = opened()
  const many = (kid: string, seconds: number) =>
    Promise.all(Array.from({ length: 20 }, () => remote.finds(kid, seconds)))
  expect(new Set(await many('a', 0))).toEqual(new Set([true]))
  expect(fetches()).toBe(1)
  publish('b')
  expect(new Set(await many('b', 60))).toEqual(new Set([true]))
  expect(fetches()).toBe(2)
})

test('a key that was withdrawn works for ten minutes at most', async () => {
  publish('a')
  const remote = opened()
  expect(await remote.finds('a', 0)).toBe(true)
  publish('b')
  expect(await remote.finds('a', 599)).toBe(true)
  expect(await remote.finds('a', 600)).toBe(false)
})

test('a key that was withdrawn is gone with the next fetch', async () => {
  publish('a')
  const remote = opened()
  expect(await remote.finds('a', 0)).toBe(true)
  publish('b')
  expect(await remote.finds('b', 60)).toBe(true)
  expect(await remote.finds('a', 61)).toBe(false)
})

test('a failed fetch is tried again after a minute, not before', async () => {
  fail()
  const remote = opened()
  expect(await reasonFor(remote.finds('a', 0))).toBe('status')
  publish('a')
  expect(await reasonFor(remote.finds('a', 59))).toBe('status')
  expect(fetches()).toBe(1)
  expect(await remote.finds('a', 60)).toBe(true)
  expect(fetches()).toBe(2)
})

test('when fetches fail, the known set is used for an hour', async () => {
  publish('a')
  const remote = opened()
  expect(await remote.finds('a', 0)).toBe(true)
  fail()
  expect(await reasonFor(remote.finds('b', 60))).toBe('status')
  expect(await remote.finds('a', 61)).toBe(true)
  expect(await reasonFor(remote.finds('b', 130))).toBe('status')
  expect(await remote.finds('a', 599)).toBe(true)
  expect(fetches()).toBe(3)
  expect([await remote.finds('a', 600), await remote.finds('a', 601)]).toEqual([true, true])
  expect(fetches()).toBe(4)
  expect(await reasonFor(remote.finds('b', 602))).toBe('status')
  expect(await remote.finds('a', 3599)).toBe(true)
  expect(await reasonFor(remote.finds('a', 3600))).toBe('status')
  publish('b')
  expect(await remote.finds('a', 3660)).toBe(false)
})

test('an outage does not bring back a key that was withdrawn before it', async () => {
  publish('a', 'b')
  const remote = opened()
  expect(await remote.finds('b', 0)).toBe(true)
  publish('a')
  expect(await remote.finds('c', 60)).toBe(false)
  fail()
  expect(await reasonFor(remote.finds('b', 700))).toBe('status')
  expect(await remote.finds('a', 700)).toBe(true)
})

test('an older set is searched once while fetches fail', async () => {
  publish('a')
  const remote = opened()
  expect(await remote.finds('a', 0)).toBe(true)
  fail()
  let searches = 0
  const search = () => {
    searches += 1
    return undefined
  }
  for (const seconds of [300, 601])
    expect(await reasonFor(remote.find(server.uri, at(seconds), search))).toBe('status')
  expect(searches).toBe(2)
})

test('the remembered set is the same object', async () => {
  publish('a')
  const remote = opened()
  const first = await remote.find(server.uri, at(0), (jwks) => jwks)
  expect(await remote.find(server.uri, at(1), (jwks) => Promise.resolve(jwks))).toBe(first)
})

test('an error of `select` is thrown, and no fetch follows', async () => {
  const remote = opened()
  const refuse = () => {
    throw new RangeError('refused')
  }
  await expect(remote.find(server.uri, at(0), refuse)).rejects.toThrow(RangeError)
  await expect(remote.find(server.uri, at(60), refuse)).rejects.toThrow(RangeError)
  expect(fetches()).toBe(1)
})

test('a set that was searched without a result is not searched again until another was fetched', async () => {
  publish('a')
  const remote = opened()
  let searches = 0
  const search = () => {
    searches += 1
    return undefined
  }
  await remote.find(server.uri, at(0), search)
  await remote.find(server.uri, at(59), search)
  expect(searches).toBe(2)
  await remote.find(server.uri, at(60), search)
  expect(searches).toBe(4)
})

test('sets of different URIs are different sets', async () => {
  const remote = opened()
  publish('a')
  expect(await remote.find(`${server.uri}?1`, at(0), has('a'))).toBeDefined()
  publish('b')
  expect(await remote.find(`${server.uri}?2`, at(0), has('a'))).toBeUndefined()
  expect(server.seen.requests).toEqual(['/jwks?1', '/jwks?2'])
})

test('beyond two hundred sets, the set with the oldest fetch is forgotten', async () => {
  publish('a')
  const remote = opened()
  const fetchesFor = async (number: number, seconds: number, kid = 'a') => {
    const before = fetches()
    await remote.find(`${server.uri}?${number}`, at(seconds), has(kid))
    return fetches() - before
  }
  for (let number = 1; number <= 200; number++) expect(await fetchesFor(number, 0)).toBe(1)
  expect([await fetchesFor(2, 60, 'b'), await fetchesFor(1, 60)]).toEqual([1, 0])
  expect([await fetchesFor(201, 60), await fetchesFor(1, 60)]).toEqual([1, 1])
  expect([await fetchesFor(2, 60), await fetchesFor(4, 60), await fetchesFor(3, 60)]).toEqual([0, 0, 1])
})

test('a malformed URI causes no connection', async () => {
  const remote = opened()
  expect(await reasonFor(remote.find('http://keys.example.test/', at(0), has('a')))).toBe('uri-malformed')
  expect(server.seen.connections).toBe(0)
})

test('with the default resolver and address rules, a name of this machine is refused without a connection', async () => {
  const remote = new RemoteJwks({ ...PUBLIC_INTERNET, ca: server.internet.ca })
  const uri = server.uri.replace(/keys\.example\.test/, 'localhost')
  expect(await reasonFor(remote.find(uri, at(0), has('a')))).toBe('address-refused')
  expect(server.seen.connections).toBe(0)
})

test('every fetch resolves the name and judges the addresses again', async () => {
  publish('a')
  const answers = ['127.0.0.1', '10.0.0.1']
  const resolve = () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }])
  const remote = opened({ resolve })
  expect(await remote.finds('a', 0)).toBe(true)
  expect(await reasonFor(remote.finds('b', 60))).toBe('address-refused')
  expect(await remote.finds('a', 61)).toBe(true)
  expect(server.seen.connections).toBe(1)
})

import { expect, test } from 'vitest'
import { LogWatch } from './log-watch.ts'
import { growth, type Sample } from './memory.ts'
import { routeOf } from './requests.ts'
import { ClientTruth, judgeUse, Token } from './truth.ts'

const MEBIBYTE = 2 ** 20
const samplesOf = (heaps: readonly number[]): Sample[] =>
  heaps.map((mebibytes, i) => ({
    ...{ heap: mebibytes * MEBIBYTE, external: 0, resident: 0, open: { TCPSocketWrap: 3 } },
    ...{ milliseconds: i * 1000, requests: i * 100 },
  }))

test('memory that grows after the warm-up is growing, and memory of the warm-up is not', () => {
  expect(growth(samplesOf([10, 20, 30, 30, 31, 30, 30, 31, 30]))).toEqual([])
  expect(growth(samplesOf([30, 30, 30, 33, 36, 39, 42, 45, 48]))).toEqual([
    'heap: 9437184 more, 31457.3 for each request (limit 2097152)',
  ])
  expect(growth(samplesOf([10, 20, 30, 40, 50]))).toEqual([])
})

const client = () => new ClientTruth()
const issued = (truth = client()) =>
  new Token({
    ...{ kind: 'access', value: 'a', client: truth, boundTo: 'own', seconds: 60 },
    issued: { sent: 0, answered: 10 },
  })
const own = { certificate: 'own', boundOnly: true }
const at = (sent: number) => ({ sent, answered: sent + 10 })

test('a bound token is right only with its certificate', () => {
  expect(judgeUse(issued(), at(100), 'yes', own)).toBeUndefined()
  expect(judgeUse(issued(), at(100), 'no', own)).toMatch(/^wrong no/)
  for (const certificate of ['other', undefined]) {
    expect(judgeUse(issued(), at(100), 'yes', { certificate, boundOnly: false })).toMatch(/^wrong yes/)
    expect(judgeUse(issued(), at(100), 'no', { certificate, boundOnly: false })).toBeUndefined()
  }
})

test('while a token is being ended either answer is right, and only no afterwards', () => {
  const token = issued()
  token.end({ sent: 95, answered: 200, sure: true }, 'a test')
  expect(judgeUse(token, at(100), 'yes', own)).toBeUndefined()
  expect(judgeUse(token, at(100), 'no', own)).toBeUndefined()
  expect(judgeUse(token, at(201), 'yes', own)).toMatch(/^wrong yes: it has ended/)
})

test('an ending without an answer makes neither answer wrong', () => {
  const token = issued()
  token.end({ sent: 95, answered: 200, sure: false }, 'a test')
  expect(judgeUse(token, at(300), 'yes', own)).toBeUndefined()
  expect(judgeUse(token, at(300), 'no', own)).toBeUndefined()
})

test('a cut-off, a lock and the end of its time refuse a token', () => {
  const [cut, locked] = [client(), client()]
  cut.cuts.push({ sent: 20, answered: 30, sure: true })
  locked.locks.push({
    from: { sent: 20, answered: 30, sure: true },
    until: { sent: 200, answered: 210, sure: true },
  })
  expect(judgeUse(issued(cut), at(100), 'yes', own)).toMatch(/cut off/)
  expect(judgeUse(issued(locked), at(100), 'yes', own)).toMatch(/locked/)
  expect(judgeUse(issued(locked), at(300), 'no', own)).toMatch(/^wrong no/)
  expect(judgeUse(issued(), at(61_000), 'yes', own)).toMatch(/expired/)
})

test('the end of a secret is found in a line, wherever it is', () => {
  const watch = new LogWatch()
  watch.keep('0123456789-the-secret-part')
  expect(watch.finds('{"message":"x0123456789-the-secret-party"}')).toBe(true)
  expect(watch.finds('{"message":"0123456789-the"}')).toBe(false)
})

test('an answer is judged by the route of its path without a slash at the end', () => {
  const targets = [
    '/api/client/get/list/?end=5',
    '/api/1/client/authorization/delete/%00/',
    '/api/auth/token/',
  ]
  expect(targets.map((target) => routeOf(target)?.endpoint)).toEqual([
    ...['/client/get/list', '/client/authorization/delete', '/api'],
  ])
})

import { expect, test } from 'vitest'
import { LogWatch } from './log-watch.ts'
import { growth, type Sample } from './memory.ts'
import { routeOf } from './requests.ts'

const MEBIBYTE = 2 ** 20
const samplesOf = (heaps: readonly number[], more: (i: number) => Partial<Sample> = () => ({})): Sample[] =>
  heaps.map((mebibytes, i) => ({
    ...{ heap: mebibytes * MEBIBYTE, external: 0, resident: 0, bareResident: 0, open: { TCPSocketWrap: 3 } },
    ...{ milliseconds: i * 1000, requests: i * 100, handshakes: i * 90, ...more(i) },
  }))

test('memory that grows after the warm-up is growing, and memory of the warm-up is not', () => {
  expect(growth(samplesOf([10, 20, 30, 30, 31, 30, 30, 31, 30]))).toEqual([])
  expect(growth(samplesOf([30, 30, 30, 33, 36, 39, 42, 45, 48]))).toEqual([
    'heap: 9437184 more, 31457.3 for each request (limit 2097152)',
  ])
  expect(growth(samplesOf([10, 20, 30, 40, 50]))).toEqual([])
})

test('resident memory may grow with the handshakes as that of a bare server does, and 64 MiB more', () => {
  const residents = (edge: number, bare: number) =>
    samplesOf(new Array<number>(12).fill(30), (i) => ({
      resident: (100 + i * edge) * MEBIBYTE,
      bareResident: (60 + i * bare) * MEBIBYTE,
    }))
  expect(growth(residents(40, 30))).toEqual([])
  expect(growth(residents(40, 20))).toEqual([expect.stringMatching(/^resident: 83886080 more/)])
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

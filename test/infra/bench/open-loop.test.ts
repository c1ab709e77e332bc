import { mkdtempDisposable } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Load, type Target } from '../../../infra/bench/load.ts'
import { gapMilliseconds, latencyRows, quantile } from '../../../infra/bench/open-loop.ts'
import { listen } from '../../../infra/connections/listen.ts'
import { developmentCertificates } from '../../../infra/emulator/site/certificates.ts'

/** Mulberry32: numbers of 32 bits, the same in each run. */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('the gaps between arrivals are exponential: their mean is that of the rate, and as many arrive in a second as in a Poisson process', () => {
  const [rate, random] = [50, seeded(7)]
  const gaps = Array.from({ length: 50_000 }, () => gapMilliseconds(rate, random()))
  const mean = gaps.reduce((sum, each) => sum + each, 0) / gaps.length
  expect(mean / (1000 / rate)).toBeCloseTo(1, 1)
  const counts = new Map<number, number>()
  let time = 0
  for (const gap of gaps) {
    time += gap
    const second = Math.floor(time / 1000)
    counts.set(second, (counts.get(second) ?? 0) + 1)
  }
  const whole = [...counts.values()].slice(0, -1)
  const variance = whole.reduce((sum, count) => sum + (count - rate) ** 2, 0) / whole.length
  // The variance of the Poisson distribution is its mean. Regular arrivals have almost none.
  expect(variance / rate).toBeGreaterThan(0.85)
  expect(variance / rate).toBeLessThan(1.15)
})

test.each([
  [0, 0],
  [0.5, 6.931],
  [0.99, 46.052],
  [0.999, 69.078],
])('the random number %d makes a gap of %d milliseconds at 100 arrivals in a second', (random, gap) => {
  expect(gapMilliseconds(100, random)).toBeCloseTo(gap, 2)
})

test('a quantile is the least of the values that this share of them do not exceed, in any order', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1000 - i)
  expect([0.5, 0.99, 0.999, 1].map((share) => quantile(values, share))).toEqual([500, 990, 999, 1000])
  expect(quantile([3], 0.999)).toBe(3)
  expect(quantile([], 0.5)).toBeNaN()
})

test('one short run finishes over mutual TLS, with each quantile for each target at three rates', async () => {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-open-loop-')))
  const { ca, server, clients } = await developmentCertificates(folder.path, ['bench'])
  const paths: string[] = []
  const options = {
    cert: server.cert,
    key: server.key,
    ca: ca.cert,
    requestCert: true,
    rejectUnauthorized: true,
  }
  const https = createServer(options, ({ url = '' }, response) => {
    paths.push(url)
    response.end('{"active":true}')
  })
  const { port } = await listen(https)
  opened.defer(() => void https.close())
  const { cert, key } = clients.bench
  const load = opened.adopt(new Load({ ca: ca.cert, cert, key }, 2), (each) => each.close())
  const target = (name: string): Target => ({
    ...{ name, port, path: `/${name}`, headers: {}, form: '', expected: '"active":true' },
    server: { cpuMicroseconds: () => Promise.resolve(0) },
  })

  const compared = [target('own'), target('peer')]
  const rows = await latencyRows(load, compared, { requests: 3, warmUp: 1, random: seeded(1) })
  const names = ['own', 'peer', 'own', 'peer', 'own', 'peer']
  expect(rows.map(([name]) => name)).toEqual(names)
  const rates = rows.map(([, rate]) => Number(rate))
  expect(rates).toEqual(rates.toSorted((a, b) => a - b))
  expect(rates[0]).toBe(rates[1])
  for (const [, , ...quantiles] of rows) {
    expect(quantiles).toHaveLength(3)
    expect(quantiles.map(Number)).toEqual(quantiles.map(Number).toSorted((a, b) => a - b))
  }
  const closedLoop = ['own', 'own', 'own']
  const openLoops = names.flatMap((name) => [name, name, name])
  expect(paths).toEqual(['own', 'peer', ...closedLoop, ...openLoops].map((name) => `/${name}`))
  await expect(latencyRows(load, [], { requests: 1, warmUp: 1, random: seeded(1) })).rejects.toThrow(
    'nothing to measure',
  )
})

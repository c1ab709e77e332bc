import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Check, Inspected } from '../../../../infra/aws/doctor/check.ts'
import { CHECKS, inspect, reportLines } from '../../../../infra/aws/doctor/checks.ts'
import { otherHost } from '../../../../infra/aws/doctor/outside/other-host.ts'
import { spoofedHeaders } from '../../../../infra/aws/doctor/outside/spoofed-headers.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

let site: InspectedSite
let good: Inspected
beforeAll(async () => {
  site = await inspectedSite()
  good = await site.inspected()
})
afterAll(() => site.close())

/** The registry and the trust store denied, and with them the service. */
const UNREAD = {
  ...{ service: undefined, clients: [], truststore: [] },
  unread: { registry: 'AWS said no', service: 'AWS said no', truststore: 'AWS said no' },
}
/** Checks that ask over the network. */
const OUTSIDE = CHECKS.slice(
  0,
  CHECKS.findIndex(({ name }) => name === 'reading'),
)

const okLines = async (subject: Inspected, checks: readonly Check[]) =>
  reportLines(await inspect(subject, checks, subject.unread)).filter((line) => line.startsWith('ok'))

test('no check is ok if no address can be reached, and nothing of the deployment can be read', async () => {
  const [mtlsUrl, plainUrl] = ['https://localhost:1', 'https://localhost:1']
  expect(await okLines({ ...good, ...UNREAD, mtlsUrl, plainUrl }, CHECKS)).toEqual([])
  expect(await okLines({ ...good, mtlsUrl, plainUrl: 'http://localhost:1' }, OUTSIDE)).toEqual([])
  expect(OUTSIDE.length).toBeGreaterThan(8)
})

test('no check is ok if something on the way ends every connection before TLS begins', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const { port, close } = await listen(server)
  onTestFinished(close)
  const url = `https://localhost:${port}`
  expect(await okLines({ ...good, mtlsUrl: url, plainUrl: url }, OUTSIDE)).toEqual([])
})

test('doctor names what it could not read, and skips the checks that need it', async () => {
  const lines = reportLines(await inspect({ ...good, ...UNREAD }, CHECKS, UNREAD.unread))
  expect(lines).toContain('FAIL  reading: the registry cannot be read: AWS said no')
  expect(lines).toContain('FAIL  reading: the trust store cannot be read: AWS said no')
  expect(
    lines.filter((line) => line.includes('not checked without the')).map((line) => line.slice(6)),
  ).toEqual([
    'binding: not checked without the registry',
    'pushed requests: not checked without the service',
    'issuers: not checked without the service',
    'trust store dates: not checked without the truststore',
    'registered certificates: not checked without the registry',
    'client certificates: not checked without the service',
    'client secrets: not checked without the registry',
  ])
  expect(lines).toContain('skip  metadata: whether the issuer is that of the service')
  expect(lines).toContain('skip  JWK Set: whether /jwks has the key that signs access tokens')
})

test('doctor does not take a plain domain that fails for one that reads no certificate from a header', async () => {
  const { port, close } = await listen(createHttpServer((_, response) => response.writeHead(503).end()))
  onTestFinished(close)
  expect(await verdict(spoofedHeaders, { ...good, plainUrl: `http://localhost:${port}` })).toMatch(
    /^skipped: whether a certificate in a header changes an answer: the plain domain gives none \(503\)$/,
  )
})

test('doctor does not take a plain domain without an address for one that refuses another host', async () => {
  expect(await verdict(otherHost, { ...good, plainUrl: 'https://nowhere.invalid' })).toMatch(
    /^skipped: whether the plain domain refuses a request for the other one \((ENOTFOUND|EAI_AGAIN)\)$/,
  )
})

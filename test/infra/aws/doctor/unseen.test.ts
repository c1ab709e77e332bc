import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Check, InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { DEPLOYMENT_CHECKS, inspect, reportLines } from '../../../../infra/aws/doctor/checks.ts'
import { otherHost } from '../../../../infra/aws/doctor/outside/other-host.ts'
import { spoofedHeaders } from '../../../../infra/aws/doctor/outside/spoofed-headers.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

let site: InspectedSite
let good: InspectedDeployment
beforeAll(async () => {
  site = await inspectedSite()
  good = await site.inspected()
})
afterAll(() => site.close())

/** A deployment whose registry, service and trust store cannot be read. */
const UNREAD = {
  ...{ service: undefined, clients: [], truststore: [] },
  unread: { registry: 'AWS denied this', service: 'AWS denied this', truststore: 'AWS denied this' },
}
/** The checks that use the network. */
const OUTSIDE = DEPLOYMENT_CHECKS.slice(
  0,
  DEPLOYMENT_CHECKS.findIndex(({ name }) => name === 'reading'),
)

const okLines = async (subject: InspectedDeployment, checks: readonly Check[]) =>
  reportLines(await inspect(subject, checks, subject.unread)).filter((line) => line.startsWith('ok'))

test('no check is ok if no address can be reached and no data can be read', async () => {
  const [mtlsUrl, plainUrl] = ['https://localhost:1', 'https://localhost:1']
  expect(await okLines({ ...good, ...UNREAD, mtlsUrl, plainUrl }, DEPLOYMENT_CHECKS)).toEqual([])
  expect(await okLines({ ...good, mtlsUrl, plainUrl: 'http://localhost:1' }, OUTSIDE)).toEqual([])
  expect(OUTSIDE.length).toBeGreaterThan(8)
})

test('no check is ok if a middlebox ends every connection before TLS begins', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const { port, close } = await listen(server)
  onTestFinished(close)
  const url = `https://localhost:${port}`
  expect(await okLines({ ...good, mtlsUrl: url, plainUrl: url }, OUTSIDE)).toEqual([])
})

test('doctor reports the data that it could not read, and skips the checks that need it', async () => {
  const lines = reportLines(await inspect({ ...good, ...UNREAD }, DEPLOYMENT_CHECKS, UNREAD.unread))
  expect(lines).toContain('FAIL  reading: the registry cannot be read: AWS denied this')
  expect(lines).toContain('FAIL  reading: the trust store cannot be read: AWS denied this')
  expect(
    lines.filter((line) => line.includes('not checked without the')).map((line) => line.slice(6)),
  ).toEqual([
    'binding: not checked without the registry',
    'pushed requests: not checked without the service',
    'issuers: not checked without the service',
    'certificate usage: not checked without the service',
    'trust store dates: not checked without the truststore',
    'registered certificates: not checked without the registry',
    'client certificates: not checked without the service',
    'client secrets: not checked without the registry',
    'certificate lists: not checked without the registry',
    'ending certificates: not checked without the service',
  ])
  expect(lines).toContain('skip  metadata: whether the issuer equals that of the service')
  expect(lines).toContain('skip  JWK Set: whether /jwks contains the key that signs access tokens')
})

test('if the plain domain fails, doctor does not conclude that it ignores certificates in headers', async () => {
  const { port, close } = await listen(createHttpServer((_, response) => response.writeHead(503).end()))
  onTestFinished(close)
  expect(await verdict(spoofedHeaders, { ...good, plainUrl: `http://localhost:${port}` })).toMatch(
    /^skipped: whether a certificate in a header changes an answer: the plain domain does not answer \(503\)$/,
  )
})

test('if the plain domain has no address, doctor does not conclude that it refuses another host', async () => {
  expect(await verdict(otherHost, { ...good, plainUrl: 'https://nowhere.invalid' })).toMatch(
    /^skipped: whether the plain domain refuses a request for the other one \((ENOTFOUND|EAI_AGAIN)\)$/,
  )
})

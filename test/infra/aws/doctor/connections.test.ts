import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { otherHost } from '../../../../infra/aws/doctor/outside/other-host.ts'
import { serverCertificates } from '../../../../infra/aws/doctor/outside/server-certificates.ts'
import { makeIdentity } from '../../../../infra/connections/identity.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { verdict } from './inspected-site.ts'

const DAY_MILLISECONDS = 86_400_000
const START = Date.now()
const server = await makeIdentity({
  ...{ profile: 'server', commonName: 'localhost' },
  ...{ notBefore: new Date(START - DAY_MILLISECONDS), notAfter: new Date(START + 365 * DAY_MILLISECONDS) },
})

/** The parts of a deployment that the checks of this file need. */
const deployment = {
  ca: server.cert,
  mtlsUrl: 'https://mtls.certbound.test',
  plainUrl: 'http://localhost',
  now: () => new Date(START),
} as InspectedDeployment

/** A TLS server that does not request a certificate. */
async function tlsServer(answer: RequestListener): Promise<string> {
  const { port, close } = await listen(createServer(server, answer))
  onTestFinished(close)
  return `https://localhost:${port}`
}

describe('the domain of a connection and the domain of its request', () => {
  const [without, withOne] = ['without a certificate', 'with a certificate that no CA has issued'].map(
    (how) => `on a connection to the plain domain, ${how}, a request for the mutual-TLS domain`,
  ) as [string, string]

  /** A plain domain with a status for its own name and one for the mutual-TLS domain. */
  const answering = (own: number, other: number) =>
    tlsServer((request, response) => {
      const isOther = request.headers.host === 'mtls.certbound.test'
      const { servername } = request.socket as TLSSocket
      response.writeHead(servername === 'localhost' && isOther ? other : own).end()
    })

  test.each([403, 404, 421])('doctor accepts %d as a refusal', async (status) => {
    expect(await verdict(otherHost, { ...deployment, plainUrl: await answering(400, status) })).toBe('ok')
  })

  test('doctor finds that the plain domain serves requests for the mutual-TLS domain', async () => {
    expect(await verdict(otherHost, { ...deployment, plainUrl: await answering(404, 401) })).toBe(
      `fail: ${withOne} is answered (401)\nfail: ${without} is answered (401)`,
    )
  })

  test('doctor skips the check if both domains would give the same answer', async () => {
    expect(await verdict(otherHost, { ...deployment, plainUrl: await answering(400, 400) })).toBe(
      [withOne, without]
        .map((what) => `skipped: ${what} is answered like one for the plain domain (400)`)
        .join('\n'),
    )
  })

  test('doctor waits and asks again if a route has reached its limit', async () => {
    let asked = 0
    const plainUrl = await tlsServer((_request, response) =>
      response.writeHead(asked++ === 0 ? 429 : 404).end(),
    )
    expect(await verdict(otherHost, { ...deployment, plainUrl })).toBe('ok')
    expect(asked).toBe(4)
  })
})

describe('the certificates that the domains serve', () => {
  test.each([
    [0, /^ok$/],
    [350, /^warn: the server certificate of localhost:\d+ expires in 15 days \(/],
    [400, /^fail: the server certificate of localhost:\d+ has expired \(/],
  ])('%d days later doctor reports the certificates correctly', async (days, line) => {
    const now = () => new Date(START + days * 86_400_000)
    expect(
      await verdict(serverCertificates, {
        ...deployment,
        mtlsUrl: await tlsServer((_request, response) => response.end()),
        now,
      }),
    ).toMatch(line)
  })

  test('doctor checks both domains, and skips one that does not answer', async () => {
    const both = {
      ...deployment,
      plainUrl: await tlsServer((_request, response) => response.end()),
      mtlsUrl: 'https://localhost:1',
    }
    const findings = await serverCertificates.ask(both)
    expect(findings.map(({ status, what }) => `${status}: ${what}`)).toEqual([
      'skipped: how long the server certificate of localhost:1 is valid',
      expect.stringMatching(/^ok: the server certificate of localhost:\d+ is valid for 36\d days$/),
    ])
  })
})

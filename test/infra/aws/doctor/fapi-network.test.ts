import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Outcome } from '../../../../infra/aws/doctor/fapi/clause.ts'
import { NETWORK_CLAUSES } from '../../../../infra/aws/doctor/fapi/network.ts'
import { remedyOf } from '../../../../infra/aws/doctor/fapi/remedy.ts'
import { main } from '../../../../infra/certbound.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { API_GATEWAY_TLS_1_2, BCP_195 } from '../../../../infra/connections/mutual-tls.ts'
import { runCommand } from '../../../support/command-line.ts'
import { identity, vector } from '../../emulator/tls-client.ts'
import { inspectedSite } from './inspected-site.ts'

/** Sections 5.2.1 and 5.2.2 of the FAPI 2.0 Security Profile. */

/** The address of a server until the test ends. */
async function urlOf(server: Parameters<typeof listen>[0]): Promise<string> {
  const { port, close } = await listen(server, undefined, '--port')
  onTestFinished(close)
  return `https://localhost:${port}`
}

const serverWith = (options: TlsOptions) =>
  urlOf(createServer({ ...identity('server-localhost', 'ca-issuing'), ...options }))

const lists = { lists: [], ending: [], listNames: [] }
const unread = { visitor: undefined, truststore: [], service: undefined, clients: [], ...lists, unread: {} }
const subject = {
  ...unread,
  metadata: {},
  client: undefined,
  assertionKey: undefined,
  onRequestAsClient: vi.fn(),
}

/** Checks two domains. */
async function judge(mtlsUrl: string, plainUrl: string) {
  const asked = { ...subject, mtlsUrl, plainUrl, ca: vector('ca-root'), now: () => new Date() }
  const outcomes: Outcome[] = []
  for (const { ask } of NETWORK_CLAUSES)
    outcomes.push(typeof ask === 'string' ? expect.fail(ask) : await ask(asked))
  return outcomes
}

/** The status of 5.2.1, and that of 5.2.2. */
const statuses = async (...urls: Parameters<typeof judge>) =>
  (await judge(...urls)).map(({ status }) => status)

test('with the suites of API Gateway doctor --fapi finds that both domains break section 5.2.2, and only this', async () => {
  const site = await inspectedSite({ policy: API_GATEWAY_TLS_1_2, fapi2: true })
  onTestFinished(site.close)
  const { code, stdout } = await runCommand(main, [
    'doctor',
    ...['--local', '--directory', site.directory, '--fapi'],
  ])
  expect([code, stdout.match(/^FAIL {2}\S+/gm)]).toEqual([1, ['FAIL  5.2.2']])
  const taken = String.raw`localhost:\d+ does not refuse it \(TLSv1.2 ECDHE-ECDSA-AES\S+\)`
  expect(stdout).toMatch(new RegExp(`${taken}; ${taken}\n +-> API Gateway has no policy`))
})

test('sections 5.2.1 and 5.2.2 hold where both domains have only the suites of BCP 195', async () => {
  expect(await statuses(await serverWith(BCP_195), await serverWith(BCP_195))).toEqual(['ok', 'ok'])
})

test.each<[string, TlsOptions, string[]]>([
  ['the suites of API Gateway', API_GATEWAY_TLS_1_2, ['ok', 'fail']],
  ['CHACHA20', { ciphers: `${BCP_195.ciphers}:ECDHE-ECDSA-CHACHA20-POLY1305` }, ['ok', 'fail']],
  [
    'TLS 1.1',
    { minVersion: 'TLSv1.1', ciphers: `${BCP_195.ciphers}:AES256-SHA:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0` },
    ['fail', 'fail'],
  ],
  ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'ALL:@SECLEVEL=0' }, ['fail', 'fail']],
])(
  'one domain with %s is found, be it the mutual-TLS or the plain domain',
  async (_what, options, expected) => {
    const [weak, strict] = [await serverWith(options), await serverWith(BCP_195)]
    expect(await statuses(weak, strict)).toEqual(expected)
    expect(await statuses(strict, weak)).toEqual(expected)
  },
)

test('a domain that chooses another suite, and then refuses the certificate of the client, does not hold', async () => {
  const picky = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.3' } as const
  const weak = await serverWith({ ...API_GATEWAY_TLS_1_2, ...picky })
  const [, suites] = await judge(weak, await serverWith(BCP_195))
  expect(suites).toMatchObject({
    status: 'fail',
    got: expect.stringMatching(/^localhost:\d+ does not refuse it \((?:ECONNRESET|ERR_SSL)/) as string,
  })
})

test.each<[string, () => Promise<string>]>([
  ['nobody listens to', () => Promise.resolve('https://localhost:1')],
  ['has no TLS', () => Promise.resolve('http://localhost:1')],
  ['ends each connection', () => urlOf(createTcpServer((socket) => socket.resetAndDestroy()))],
  ['shows another certificate', () => serverWith({ ...BCP_195, ...identity('self-signed-ec') })],
])('a domain that %s never holds', async (_what, open) => {
  const [away, strict] = [await open(), await serverWith(BCP_195)]
  for (const urls of [[away, strict] as const, [strict, away] as const]) {
    const reports = await judge(...urls)
    expect(reports.map(({ status }) => status)).toEqual(['fail', 'fail'])
    for (const { got } of reports) expect(got).toMatch(/ (?:cannot be reached \(|has no TLS)/)
  }
})

test('a domain that goes away between two handshakes does not hold', async () => {
  const leaving = createServer({ ...identity('server-localhost', 'ca-issuing'), ...BCP_195 })
  leaving.once('connection', () => leaving.close())
  await once(leaving.listen(0, '127.0.0.1'), 'listening')
  const { port } = leaving.address() as AddressInfo
  const [versions] = await judge(`https://localhost:${port}`, await serverWith(BCP_195))
  expect(versions).toMatchObject({ status: 'fail', got: expect.stringContaining('(ECONNREFUSED)') as string })
})

test.each([
  ['5.2.1', 'their policy is TLS_1_2'],
  ['5.2.2', 'API Gateway has no policy for these domains that holds'],
])(
  'the remedy for section %s names the policy of the domain, and the checks to make if nobody answers',
  (id, words) => {
    const remedy = remedyOf(id, subject)
    expect(remedy).toContain(words)
    expect(remedy).toContain('If one cannot be reached, check its DNS record')
  },
)

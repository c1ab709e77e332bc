import { X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import { connect, type ConnectionOptions } from 'node:tls'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { expect, onTestFinished, test } from 'vitest'
import { plainEdge, plainTlsEdge } from '../../../../infra/emulator/edge/edge.ts'
import { echoSite, edge, overAgent } from './edge-fixture.ts'
import { converse, freshKey, identity, makeAuthority, makeIdentity, send, vector } from '../tls-client.ts'

const FORBIDDEN = { status: 403, body: '{"message":"Forbidden"}' }
const BOTH_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

function proved([event]: APIGatewayProxyEventV2[]): string | undefined {
  return event?.requestContext.authentication?.clientCert.clientCertPem
}

test.each([
  ['client-ec-p256', ['ca-root', 'ca-issuing']],
  ['client-rsa-2048', ['ca-root', 'ca-issuing']],
  ['self-signed-ec', ['ca-root', 'self-signed-ec']],
  ['same-subject-other-ca', ['ca-root', 'ca-issuing', 'ca-other-root']],
])('the edge admits %s and passes its exact PEM to the function', async (name, truststore) => {
  const { port, events } = await edge(...truststore)
  expect(await send(port, {}, identity(name))).toEqual({ status: 200, body: 'let in' })
  expect(proved(events)).toBe(vector(name))
})

test('the function gets only the leaf when the client sends its chain as well', async () => {
  const { port, events } = await edge('ca-root', 'ca-issuing')
  await send(port, {}, identity('client-ec-p256', 'ca-issuing'))
  expect(proved(events)).toBe(vector('client-ec-p256'))
})

test('the edge fills the other members of clientCert as API Gateway does', async () => {
  const { port, events } = await edge('ca-root', 'ca-issuing')
  await send(port, {}, identity('client-ec-p256'))
  const leaf = new X509Certificate(vector('client-ec-p256'))
  expect(events[0]?.requestContext.authentication?.clientCert).toEqual({
    clientCertPem: vector('client-ec-p256'),
    subjectDN: leaf.subject.split('\n').reverse().join(','),
    issuerDN: leaf.issuer.split('\n').reverse().join(','),
    serialNumber: expect.stringMatching(/^[0-9a-f]{2}(:[0-9a-f]{2})+$/) as string,
    validity: { notBefore: leaf.validFrom, notAfter: leaf.validTo },
  })
  expect(events[0]?.requestContext.authentication?.clientCert.serialNumber.replaceAll(':', '')).toBe(
    leaf.serialNumber.toLowerCase(),
  )
})

test('the certificate of a handshake is in every event of its connection', async () => {
  const { port, events } = await edge('ca-root', 'ca-issuing')
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    rejectUnauthorized: false,
    ...identity('client-ec-p256'),
  })
  onTestFinished(() => {
    agent.destroy()
  })
  const reused = [await overAgent(port, agent), await overAgent(port, agent)]
  expect(reused).toEqual([false, true])
  expect(events.map((event) => event.requestContext.authentication?.clientCert.clientCertPem)).toEqual([
    vector('client-ec-p256'),
    vector('client-ec-p256'),
  ])
})

test.each(BOTH_VERSIONS)(
  'a connection without a certificate ends without an HTTP answer (%s)',
  async (version) => {
    const { port, events } = await edge('ca-root', 'ca-issuing')
    const { said } = await converse(port, { minVersion: version, maxVersion: version })
    expect(said).toBe('')
    expect(events).toEqual([])
  },
)

test('a connection without a certificate ends even if it sends no request', async () => {
  const { port } = await edge('ca-root', 'ca-issuing')
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await new Promise((resolve) => socket.once('close', resolve).on('error', () => undefined))
  expect(socket.destroyed).toBe(true)
})

test('a connection without a certificate does not disturb others', async () => {
  const { port } = await edge('ca-root', 'ca-issuing')
  await converse(port, {})
  expect((await send(port, {}, identity('client-ec-p256'))).status).toBe(200)
})

test.each<[string, ConnectionOptions, string[]]>([
  ['that another CA issued', identity('same-subject-other-ca'), ['ca-root', 'ca-issuing']],
  ['that is self-signed and not in the truststore', identity('self-signed-ec'), ['ca-root', 'ca-issuing']],
  ['whose intermediate only the client has', identity('client-ec-p256', 'ca-issuing'), ['ca-root']],
  ['whose intermediate nobody has', identity('client-ec-p256'), ['ca-root']],
  ['whose chain has no root in the truststore', identity('client-ec-p256'), ['ca-issuing']],
  ['that is itself in the truststore, but not its CA', identity('client-ec-p256'), ['client-ec-p256']],
  [
    'that is itself in the truststore with its root, while only the client has the intermediate',
    identity('client-ec-p256', 'ca-issuing'),
    ['client-ec-p256', 'ca-root'],
  ],
])('a certificate %s gets 403', async (_name, presented, truststore) => {
  const { port, events } = await edge(...truststore)
  expect(await send(port, { method: 'POST', body: 'a=b' }, presented)).toEqual(FORBIDDEN)
  expect(events).toEqual([])
})

test.each([
  ['that has expired', { from: -60, until: -1 }],
  ['that is not yet valid', { from: 1, until: 60 }],
  ['with a weak key', { key: freshKey(1024) }],
])('a certificate of a trusted CA %s gets 403', async (_name, wishes) => {
  const authority = await makeAuthority('Test CA')
  const { port, events } = await edge(authority.certificate)
  const presented = await makeIdentity(authority, wishes)
  expect(await send(port, {}, { ...presented, ciphers: 'DEFAULT@SECLEVEL=0' })).toEqual(FORBIDDEN)
  expect(events).toEqual([])

  const control = await makeIdentity(authority, {})
  expect((await send(port, {}, control)).status).toBe(200)
})

const spoof = {
  'x-amzn-mtls-clientcert': encodeURIComponent(vector('client-other')),
  'x-ssl-client-cert': encodeURIComponent(vector('client-other')),
  'x-forwarded-client-cert': `Cert="${encodeURIComponent(vector('client-other'))}"`,
  'client-cert': `:${new X509Certificate(vector('client-other')).raw.toString('base64')}:`,
}

test('headers that claim a certificate do not reach the request context of the mutual-TLS edge', async () => {
  const { port, events } = await edge('ca-root', 'ca-issuing')
  await send(port, { headers: spoof }, identity('client-ec-p256'))
  expect(proved(events)).toBe(vector('client-ec-p256'))
  expect(events[0]?.headers).toMatchObject({ 'x-ssl-client-cert': spoof['x-ssl-client-cert'] })
})

test('headers that claim a certificate make none at the plain edge', async () => {
  const site = echoSite()
  const { port, close } = await plainEdge(site)
  onTestFinished(close)
  expect((await send(port, { headers: spoof })).status).toBe(200)
  expect(site.events).toHaveLength(1)
  expect(site.events[0]?.requestContext).not.toHaveProperty('authentication')
})

test('the plain edge over TLS asks for no certificate: headers make none, and none of the client reaches the function', async () => {
  const site = echoSite()
  const { port, close } = await plainTlsEdge({ ...site, ...identity('server-localhost', 'ca-issuing') })
  onTestFinished(close)
  for (const presented of [{}, identity('client-ec-p256')]) {
    const headers = { ...spoof, host: `localhost:${port}` }
    expect((await send(port, { headers }, presented)).status).toBe(200)
  }
  expect(site.events).toHaveLength(2)
  for (const { requestContext, headers } of site.events) {
    expect(requestContext).not.toHaveProperty('authentication')
    expect(headers['x-forwarded-proto']).toBe('https')
  }
})

test('the plain edge over TLS refuses a request for another host than that of its connection', async () => {
  const site = echoSite()
  const { port, close } = await plainTlsEdge({ ...site, ...identity('server-localhost', 'ca-issuing') })
  onTestFinished(close)
  for (const host of ['localhost:1', 'localhost', 'mtls.certbound.test', 'x y']) {
    expect(await send(port, { headers: { host } }, {})).toEqual(FORBIDDEN)
  }
  expect(site.events).toHaveLength(0)
})

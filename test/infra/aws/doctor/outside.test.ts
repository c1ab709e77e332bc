import { createServer } from 'node:https'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { clock } from '../../../../infra/aws/doctor/outside/clock.ts'
import { keySetCheck, metadataCheck } from '../../../../infra/aws/doctor/outside/documents.ts'
import {
  certificateRequired,
  strangerRefused,
  visitorLetIn,
} from '../../../../infra/aws/doctor/outside/mutual-tls.ts'
import { otherHost } from '../../../../infra/aws/doctor/outside/other-host.ts'
import { serverCertificates } from '../../../../infra/aws/doctor/outside/server-certificates.ts'
import { spoofedHeaders } from '../../../../infra/aws/doctor/outside/spoofed-headers.ts'
import { deployedFunctions } from '../../../../infra/emulator/site/deployed-functions.ts'
import { plainEdge } from '../../../../infra/emulator/edge/edge.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import type { LambdaHandler, EdgeRoutes } from '../../../../infra/emulator/edge/route-match.ts'
import { makeIdentity } from '../../emulator/tls-client.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

let site: InspectedSite
let good: InspectedDeployment
beforeAll(async () => {
  site = await inspectedSite()
  good = await site.inspected()
})
afterAll(() => site.close())

const ALL = {
  certificateRequired,
  strangerRefused,
  visitorLetIn,
  otherHost,
  spoofedHeaders,
  serverCertificates,
  metadataCheck,
  keySetCheck,
  clock,
}

test.each(Object.entries(ALL))('the check %s finds no problem in a good deployment', async (_name, check) => {
  expect(await verdict(check, good)).toBe('ok')
})

/** A TLS server that answers without requesting a certificate. */
async function openToAll(): Promise<string> {
  const { key, cert } = site.certificates.server
  const server = createServer({ key, cert }, (_request, response) => response.end('{"keys":[]}'))
  const { port, close } = await listen(server)
  onTestFinished(close)
  return `https://localhost:${port}`
}

/** A plain domain whose answers are changed. */
async function plainDomain(
  wrap: (template: string, handler: LambdaHandler) => LambdaHandler,
): Promise<string> {
  const routes: EdgeRoutes = new Map(
    [...deployedFunctions(site.runtime)].map(([template, handler]) => [template, wrap(template, handler)]),
  )
  const about = { domainName: 'api.certbound.test', apiId: 'local' }
  const { port, close } = await plainEdge({ ...about, routes, onError: console.error })
  onTestFinished(close)
  return `http://localhost:${port}`
}

const answering = (body: object) => () =>
  Promise.resolve({ statusCode: 200, headers: {}, body: JSON.stringify(body) })

describe('mutual TLS', () => {
  test('doctor reports that mutual TLS is off, and that a domain does not exist', async () => {
    const open = { ...good, mtlsUrl: await openToAll() }
    expect(await verdict(certificateRequired, open)).toMatch(
      /^fail: mutual TLS is off: https:.* answers without a client certificate \(200\)$/,
    )
    expect(await verdict(strangerRefused, open)).toMatch(
      /^fail: .* accepts a certificate that no trusted CA has issued/,
    )
    for (const mtlsUrl of ['https://localhost:1', 'https://nowhere.invalid']) {
      for (const check of [certificateRequired, strangerRefused, visitorLetIn]) {
        expect(await verdict(check, { ...good, mtlsUrl })).toMatch(
          /^fail: .* cannot be reached \((ECONNREFUSED|ENOTFOUND|EAI_AGAIN)\)$/,
        )
      }
    }
  })

  test('doctor reports a mutual-TLS domain whose server certificate cannot be verified', async () => {
    const findings = await verdict(certificateRequired, { ...good, ca: undefined })
    expect(findings).toMatch(/^fail: .* cannot be reached \(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/)
  })

  test('doctor reports a domain that refuses the client, and skips the check without a client', async () => {
    const visitor = await makeIdentity(undefined, {})
    expect(await verdict(visitorLetIn, { ...good, visitor })).toMatch(
      /^fail: the client certificate is not accepted by .* \(403\)$/,
    )
    expect(await verdict(visitorLetIn, { ...good, visitor: undefined })).toBe(
      'skipped: whether a client certificate is accepted',
    )
  })
})

describe('a certificate in a header', () => {
  const onBoth = (line: string) =>
    ['/introspection', '/token'].map((path) => line.replace('PATH', path)).join('\n')
  const fromHeader = (_template: string, handler: LambdaHandler): LambdaHandler => {
    return (event) => {
      const { requestContext, headers, ...rest } = event as APIGatewayProxyEventV2
      const escaped = headers['x-ssl-cert']
      if (escaped?.startsWith('-----BEGIN%20') !== true) return handler(event)
      const authentication = { clientCert: { clientCertPem: decodeURIComponent(escaped) } }
      const context = { ...requestContext, domainName: 'mtls.certbound.test', authentication }
      return handler({ ...rest, headers, requestContext: context })
    }
  }

  test('doctor names a header whose certificate changes an answer', async () => {
    const plainUrl = await plainDomain(fromHeader)
    const change = 'changes the answer of PATH on the plain domain: something reads a certificate from it'
    expect(await verdict(spoofedHeaders, { ...good, plainUrl })).toBe(
      onBoth(`fail: the header x-ssl-cert ${change}`),
    )
  })

  test('doctor reports a plain domain that accepts the certificate of a connection', async () => {
    expect(await verdict(spoofedHeaders, { ...good, plainUrl: good.mtlsUrl })).toBe(
      onBoth('fail: PATH on the plain domain accepts a client certificate without checking its issuer'),
    )
  })

  test('doctor skips the header checks without a client, and those with tokens without a token', async () => {
    const { visitor } = good
    if (visitor === undefined) throw new Error('a visitor is missing')
    const { cert, key, clientId } = visitor
    expect(await verdict(spoofedHeaders, { ...good, visitor: { cert, key } })).toBe(
      'skipped: whether a certificate in a header changes an answer',
    )
    expect(await verdict(spoofedHeaders, { ...good, visitor: { cert, key, clientId } })).toMatch(
      /^skipped: the effect of a certificate in a header on a stolen token/,
    )
  })
})

describe('documents', () => {
  test('doctor reports documents of another deployment', async () => {
    const other = await inspectedSite()
    onTestFinished(other.close)
    const { ca = '', plainUrl } = await other.inspected()
    const mixed = { ...good, plainUrl, ca: String(good.ca) + ca }
    expect((await verdict(metadataCheck, mixed)).split('\n')).toEqual([
      'fail: metadata differs between the two domains (200, 200)',
      `fail: the issuer in the metadata is ${other.plainUrl}, but the service has ${site.plainUrl}`,
      expect.stringMatching(
        /^fail: the metadata sends clients with certificates to .* not on the mutual-TLS domain$/,
      ),
    ])
    expect(await verdict(keySetCheck, mixed)).toBe('fail: /jwks differs between the two domains (200, 200)')
  })

  test('doctor reports missing documents', async () => {
    const plainUrl = await plainDomain(() => () => Promise.resolve({ statusCode: 500, body: 'planted' }))
    expect(await verdict(metadataCheck, { ...good, plainUrl })).toBe(
      'fail: the plain domain does not answer with metadata (500)',
    )
    expect(await verdict(keySetCheck, { ...good, plainUrl })).toBe(
      'fail: /jwks of the plain domain is not a JWK Set (500)',
    )
  })

  test('doctor reports a JWK Set with a private key, and one without a key for the tokens', async () => {
    const leak = { keys: [{ kty: 'EC', kid: 'k1', alg: 'ES256', d: 'private' }] }
    const plainUrl = await plainDomain((template, handler) =>
      template === '/jwks' ? answering(leak) : handler,
    )
    expect(await verdict(keySetCheck, { ...good, plainUrl })).toContain(
      'fail: /jwks publishes the private key k1',
    )

    if (good.service === undefined) throw new Error('a service is missing')
    const service = { ...good.service, accessTokenSignAlg: 'ES384' as const }
    expect(await verdict(keySetCheck, { ...good, service })).toBe(
      'fail: access tokens must be signed with ES384, but /jwks contains no such key',
    )
  })

  test('doctor compares the documents only with a client certificate', async () => {
    const alone = { ...good, visitor: undefined }
    expect(await verdict(metadataCheck, alone)).toBe(
      'skipped: whether metadata is identical on the mutual-TLS domain',
    )
  })
})

describe('clocks', () => {
  test.each([
    [20, 'warn'],
    [-20, 'warn'],
    [120, 'fail'],
    [-86_400, 'fail'],
  ])('if clocks are %d seconds apart, doctor reports: %s', async (seconds, status) => {
    const now = () => new Date(Date.now() + seconds * 1000)
    expect(await verdict(clock, { ...good, now })).toMatch(
      new RegExp(`^${status}: the clocks of the deployment and of this machine are \\d+ seconds apart$`),
    )
  })

  test('doctor skips the clocks if there is no answer', async () => {
    expect(await verdict(clock, { ...good, plainUrl: 'http://localhost:1' })).toBe(
      'skipped: how far apart the clocks are',
    )
  })
})

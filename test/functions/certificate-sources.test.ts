import { afterAll, afterEach, expect, test } from 'vitest'
import executeApi from '../events/httpapi-v2-execute-api.json' with { type: 'json' }
import type { Received, Sent } from '../support/gateway.ts'
import {
  type CertifiedRequest,
  makeAccessToken,
  makeCode,
  MTLS_DN,
  PUBLIC,
  tokenRequest,
} from '../support/placeholders.ts'
import { vectorService } from '../support/vector-service.ts'
import { CERTIFICATE_HEADERS, headerSpellings } from '../../infra/aws/doctor/outside/certificate-headers.ts'
import { certificatePem } from '../support/vectors.ts'

const FIELDS = ['clientCertificate', 'client_certificate', 'certificate', 'clientCertPem']

const OTHER = certificatePem('client-other')

const service = await vectorService('opaque')
afterEach(() => service.runtime.tables.removeGrants())
afterAll(() => service.close())

test.each(CERTIFICATE_HEADERS)('no certificate comes from the header %s', async (header) => {
  for (const request of await goodRequests()) {
    const spelled = headerSpellings(request.certificate).map((value) =>
      withHeaders(bare(request), { [header]: value }),
    )
    await expectAsWithout(request, spelled)
  }
})

test.each(FIELDS)('no certificate comes from the form parameter %s', async (field) => {
  for (const request of await goodRequests()) {
    const spelled = [request.certificate, ...headerSpellings(request.certificate)].map((value) =>
      withField(bare(request), field, value),
    )
    await expectAsWithout(request, spelled)
  }
})

test('no certificate comes from the query', async () => {
  for (const request of await goodRequests()) {
    const query = String(
      new URLSearchParams(FIELDS.map((name): [string, string] => [name, request.certificate])),
    )
    await expectAsWithout(request, [{ ...bare(request), query }])
  }
})

test.each([
  ['a domain that is not named', { domainName: 'api.example.com' }],
  ['a domain below the one that is named', { domainName: 'x.mtls.api.example.com' }],
  ['no domain', { domainName: '' }],
  ['the execute-api endpoint', { domainName: executeApi.requestContext.domainName }],
  ['an API that is not named', { apiId: 'z9y8x7w6v5' }],
])('no certificate comes from the mutual-TLS context of %s', async (_, place) => {
  for (const request of await goodRequests()) {
    await expectAsWithout(request, [{ ...request, ...place }])
  }
})

test('the certificate of the connection decides when every header and parameter has the right one', async () => {
  for (const request of [clientCredentials(), await introspection()]) {
    const mine = { ...request, certificate: OTHER }
    const refused = await service.send(mine)
    expect(refused.status).toBe(401)
    expect(await service.send(everywhere(mine, request.certificate))).toEqual(refused)
    expect((await service.send(request)).status).toBe(200)
  }
})

test('a token is bound to the certificate of the connection when every header and parameter has another one', async () => {
  for (const request of [clientCredentials(), await redemption()]) {
    const { status, json } = await service.send(everywhere(request, OTHER))
    expect(status).toBe(200)
    const asked = { ...(await introspection()), body: `token=${String(json['access_token'])}` }
    const by = async (certificate: string) => (await service.send({ ...asked, certificate })).status
    expect([await by(request.certificate), await by(OTHER)]).toEqual([200, 401])
  }
})

test('the Web API takes no certificate from the mutual-TLS context or from a header', async () => {
  for (const call of await goodCalls()) {
    const { certificate } = call
    const without = await service.send(call.with(undefined))
    expect(['INVALID_CLIENT', 'BAD_REQUEST', 'UNAUTHORIZED']).toContain(without.json['action'])
    expect(await service.send({ ...call.with(undefined), certificate })).toEqual(without)
    for (const header of CERTIFICATE_HEADERS) {
      for (const value of headerSpellings(certificate)) {
        const spoofed = withHeaders({ ...call.with(undefined), certificate }, { [header]: value })
        expect(await service.send(spoofed)).toEqual(without)
      }
    }
    expect(await service.send(call.with(certificate))).toMatchObject({ json: { action: 'OK' } })
  }
})

test('the Web API decides by the member clientCertificate against any in the mutual-TLS context', async () => {
  for (const call of [callOf(clientCredentials()), callOf(await introspection())]) {
    const { certificate } = call
    const refused = await service.send(call.with(OTHER))
    expect(['INVALID_CLIENT', 'UNAUTHORIZED']).toContain(refused.json['action'])
    expect(await service.send({ ...call.with(OTHER), certificate })).toEqual(refused)
    const allowed = await service.send({ ...call.with(certificate), certificate: OTHER })
    expect(allowed).toMatchObject({ json: { action: 'OK' } })
  }
})

/** With its certificate each is answered 200. */
async function goodRequests(): Promise<CertifiedRequest[]> {
  return [clientCredentials(), await redemption(), await introspection()]
}

function clientCredentials(): CertifiedRequest {
  return tokenRequest(MTLS_DN, { grant_type: 'client_credentials' })
}

async function redemption(): Promise<CertifiedRequest> {
  return (await makeCode(service, PUBLIC)).use
}

async function introspection(): Promise<CertifiedRequest> {
  return (await makeAccessToken(service, MTLS_DN)).use
}

async function goodCalls() {
  return (await goodRequests()).map((request) => callOf(request))
}

/** The same request in the form of the Web API. */
function callOf({ route, body, certificate }: CertifiedRequest) {
  const members =
    route === '/token' ? { parameters: body } : { token: new URLSearchParams(body).get('token') }
  const call = (clientCertificate: string | undefined) =>
    service.callOf(`/auth${route}`, { ...members, clientCertificate })
  return { certificate, with: call }
}

/** Each of these requests must give the answer of the good one without any certificate, and must change nothing. */
async function expectAsWithout(request: CertifiedRequest, spoofed: readonly Sent[]) {
  const without = await refusedBare(request)
  const line = lastLine()
  for (const sent of spoofed) {
    expect(await service.send(sent)).toEqual(without)
    expect(lastLine()).toEqual(line)
  }
  expect((await service.send(request)).status).toBe(200)
}

async function refusedBare(request: CertifiedRequest): Promise<Received> {
  const without = await service.send(bare(request))
  expect([400, 401]).toContain(without.status)
  return without
}

function lastLine(): object {
  const { time, ...line } = JSON.parse(service.runtime.lines.at(-1) ?? '') as Record<string, unknown>
  expect(time).toBeTypeOf('number')
  return line
}

function bare({ certificate, ...rest }: CertifiedRequest): Omit<CertifiedRequest, 'certificate'> {
  return rest
}

function withHeaders<S extends Sent>(sent: S, headers: NonNullable<Sent['headers']>): S {
  return { ...sent, headers: { ...sent.headers, ...headers } }
}

function withField<S extends { readonly body: string }>(sent: S, name: string, value: string): S {
  return { ...sent, body: `${sent.body}&${name}=${encodeURIComponent(value)}` }
}

/** Every header and every form parameter at once. */
function everywhere(sent: CertifiedRequest, pem: string): CertifiedRequest {
  const [escaped = ''] = headerSpellings(pem)
  const headers = Object.fromEntries(CERTIFICATE_HEADERS.map((name) => [name, escaped]))
  return FIELDS.reduce((all, name) => withField(all, name, escaped), withHeaders(sent, headers))
}

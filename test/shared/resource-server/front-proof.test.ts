import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { EdgeOptions } from '../../../shared/resource-server/edges.ts'
import type { FrontProof } from '../../../shared/resource-server/front-proof.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import type { ResourceRequest } from '../../../shared/resource-server/resource-request.ts'
import { identity, makeAuthority, makeIdentity, vector } from '../../infra/emulator/tls-client.ts'
import { builtCertificate, element } from '../../support/built-certificate.ts'
import { FORMS, options, outcome, TRUSTED } from '../../support/edge-requests.ts'
import { HOLDER, THIEF, thumbprintOf } from '../../support/signed-tokens.ts'

describe('the proof of a front by mutual TLS', async () => {
  const name = 'spiffe://example.org/ns/prod/sa/rsa'
  const front = identity('client-rsa-2048')
  const issuers = [vector('ca-issuing')]
  const rawHeaders = FORMS.nginx(HOLDER)
  const prove = (mutualTls: FrontProof['mutualTls'], certificate: ResourceRequest['certificate']) =>
    outcome({ name: 'nginx', proof: { mutualTls } as FrontProof }, { rawHeaders, certificate })
  const namesake = await makeIdentity(await makeAuthority('Certbound Test Issuing CA'), {})

  test('the front passes with each of its names, and no other part of its certificate counts', async () => {
    for (const each of [name, 'rsa.example.com', 'alt.example.com'])
      expect(await prove({ issuers, name: each }, front.cert)).toBe('allowed')
    const key = new X509Certificate(vector('ca-issuing')).publicKey.export({ type: 'spki', format: 'pem' })
    expect(await prove({ issuers: [vector('ca-root'), String(key)], name }, front.cert)).toBe('allowed')
  })

  test.each<[string, string, ResourceRequest['certificate']]>([
    ['no certificate', name, undefined],
    ['the certificate of the client', name, HOLDER.cert],
    ['a part of the name', 'spiffe://example.org/ns/prod/sa', front.cert],
    ['a host that a wildcard of the certificate covers', 'a.wild.example.com', front.cert],
    ['a name of another kind', 'ops@example.com', front.cert],
    ['a certificate that only an event can have', name, { thumbprint: thumbprintOf(front) }],
    ['a certificate of another CA with the same name', 'localhost', namesake.cert],
  ])('%s is not the front', async (_what, expected, certificate) => {
    expect(await prove({ issuers, name: expected }, certificate)).toMatch(/^front-unproved: the /)
  })

  test.each([
    ['a DNS name', element(0x82, `a, URI:${name}, b`)],
    ['a DNS name with quotation marks', element(0x82, `a", URI:${name}, DNS:"b`)],
    ['a URI that goes on', element(0x86, `${name}, URI:b`)],
    ['an e-mail address', element(0x81, `URI:${name}`)],
  ])('a name that is text within %s does not count', async (_what, crafted) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const made = async (...names: Buffer[]) => {
      const extension = { oid: '2.5.29.17', value: element(0x30, ...names) }
      const der = await builtCertificate({ signedWith: privateKey, extensions: [extension] })
      return new X509Certificate(der).toString()
    }
    const own = [String(publicKey.export({ type: 'spki', format: 'pem' }))]
    expect(await prove({ issuers: own, name }, await made(element(0x86, name)))).toBe('allowed')
    expect(await prove({ issuers: own, name }, await made(crafted))).toMatch(/^front-unproved/)
  })

  test('only the key of the issuer counts', async () => {
    expect(await prove({ issuers: [vector('ca-other-root')], name }, front.cert)).toMatch(/^front-unproved/)
  })
})

describe('the proof of a front by a secret', () => {
  const [old, later] = ['o'.repeat(32), 'n'.repeat(32)]
  const prove = (values: readonly string[], sent: readonly string[]) => {
    const secret = sent.flatMap((value) => ['front-secret', value])
    const proof = { secretHeader: { name: 'Front-Secret', values } }
    return outcome({ name: 'nginx', proof }, { rawHeaders: [...FORMS.nginx(HOLDER), ...secret] })
  }

  test('each of two secrets passes while one replaces the other', async () => {
    expect(await prove([old], [old])).toBe('allowed')
    expect(await prove([old, later], [old])).toBe('allowed')
    expect(await prove([old, later], [later])).toBe('allowed')
    expect(await prove([later], [old])).toBe('front-unproved: Front-Secret is wrong')
  })

  test.each<[string, string[], string]>([
    ['none', [], 'there is no Front-Secret'],
    ['an empty one', [''], 'is wrong'],
    ['a beginning', [old.slice(1)], 'is wrong'],
    ['two headers', [old, old], 'is repeated'],
    ['two that are joined', [`${old}, ${old}`], 'is wrong'],
  ])('%s is not the secret, and no message has what was sent', async (_what, sent, fault) => {
    const refused = await prove([old], sent)
    expect(refused).toMatch(/^front-unproved: /)
    expect(refused).toContain(fault)
    expect(refused).not.toContain('oo')
  })
})

test.each([{ secretHeader: { name: 'front-secret', values: ['s'.repeat(32)] } }, TRUSTED])(
  'a connection with a certificate is not that of a front that presents none: %j',
  async (proof) => {
    const rawHeaders = [...FORMS.nginx(HOLDER), 'front-secret', 's'.repeat(32)]
    for (const { cert: certificate } of [HOLDER, THIEF])
      expect(await outcome({ name: 'nginx', proof }, { rawHeaders, certificate })).toBe(
        'front-unproved: the connection has a certificate of its own',
      )
  },
)

test('a front is refused also beside a token that needs no certificate', async () => {
  const unbound = { unboundTokens: 'allowed' }
  const proof = { secretHeader: { name: 'front-secret', values: ['s'.repeat(32)] } }
  const rawHeaders = [...FORMS.rfc9440(HOLDER)]
  expect(await outcome({ name: 'rfc9440', proof }, { rawHeaders }, unbound)).toMatch(/^front-unproved/)
  const broken = { rawHeaders: ['client-cert', 'x'] }
  expect(await outcome({ name: 'rfc9440', proof: TRUSTED }, broken, unbound)).toMatch(
    /^certificate-unreadable/,
  )
})

test.each<[string, unknown, RegExp]>([
  ['an unknown edge', { name: 'iis' }, /edge.name must be one of socket, api-gateway, alb/],
  ['a name of Object', { name: 'toString', proof: TRUSTED }, /edge.name/],
  ['no proof', { name: 'nginx' }, /edge.proof must be an object/],
  ['an empty proof', { name: 'nginx', proof: {} }, /exactly one of/],
  [
    'two proofs',
    { name: 'nginx', proof: { ...TRUSTED, secretHeader: { name: 'a', values: [] } } },
    /exactly one/,
  ],
  ['an unknown proof', { name: 'nginx', proof: { ipAddress: '10.0.0.1' } }, /exactly one of/],
  [
    'a proof that an ALB does not have',
    { name: 'alb', proof: { mutualTls: {} } },
    /exactly one of trustedNetwork/,
  ],
  ['no reason', { name: 'nginx', proof: { trustedNetwork: ' ' } }, /must be the reason/],
  [
    'no issuers',
    { name: 'nginx', proof: { mutualTls: { issuers: [], name: 'a' } } },
    /issuers must have an entry/,
  ],
  [
    'no name',
    { name: 'nginx', proof: { mutualTls: { issuers: [vector('ca-root')], name: '' } } },
    /name must be a text/,
  ],
  [
    'an issuer that is not PEM',
    { name: 'nginx', proof: { mutualTls: { issuers: ['x'], name: 'a' } } },
    /in PEM/,
  ],
  [
    'a short secret',
    { name: 'nginx', proof: { secretHeader: { name: 'a', values: ['s'.repeat(31)] } } },
    /32/,
  ],
  [
    'three secrets',
    { name: 'nginx', proof: { secretHeader: { name: 'a', values: Array(3).fill('s'.repeat(32)) } } },
    /two/,
  ],
  ['no secret', { name: 'nginx', proof: { secretHeader: { name: 'a', values: [] } } }, /one or two/],
  [
    'a header with a space',
    { name: 'nginx', proof: { secretHeader: { name: 'a b', values: ['s'.repeat(32)] } } },
    /name/,
  ],
  ['hops at another edge', { name: 'nginx', proof: TRUSTED, hops: 2 }, /only envoy/],
  ['no hops', { name: 'envoy', proof: TRUSTED, hops: 0 }, /positive integer/],
])('protectedResource throws a TypeError for %s', (_what, edge, message) => {
  const open = () => protectedResource({ ...options, edge: edge as EdgeOptions })
  expect(open).toThrow(TypeError)
  expect(open).toThrow(message)
})

import { describe, expect, test } from 'vitest'
import { type ConnectionEdge, EDGES, type HeaderEdge } from '../../../shared/resource-server/edges.ts'
import { readProjectFile } from '../../support/comments.ts'
import { escaped, FORMS, hex, outcome, TRUSTED } from '../../support/edge-requests.ts'
import { HOLDER, THIEF } from '../../support/signed-tokens.ts'

const atEdge = (name: HeaderEdge, rawHeaders: readonly string[], hops?: number) =>
  outcome({ name, proof: TRUSTED, ...(hops !== undefined && { hops }) }, { rawHeaders })

test('the page names each edge and its header', () => {
  const page = readProjectFile('docs/edges.md').toLowerCase()
  for (const [name, edge] of Object.entries(EDGES)) {
    const [row = ''] = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(page) ?? []
    expect(row).toContain(edge === 'connection' ? 'no header counts' : edge.header)
  }
})

describe.each(Object.entries(FORMS))('%s', (edge, form) => {
  const name = edge as HeaderEdge
  const [header = '', value = '', ...others] = form(HOLDER)

  test('the certificate in the documented form is that of the client', async () => {
    expect(await atEdge(name, form(HOLDER))).toBe('allowed')
    expect(await atEdge(name, form(THIEF))).toBe('certificate-differs')
    expect(await atEdge(name, [])).toBe('certificate-missing')
  })

  test('a header that is repeated, joined, or has more than its value is refused', async () => {
    const thief = form(THIEF)[1] ?? ''
    expect(await atEdge(name, [...form(HOLDER), header.toUpperCase(), value])).toContain('is repeated')
    expect(await atEdge(name, [header, thief, ...form(HOLDER)])).toContain('is repeated')
    for (const joined of [
      `${value}, ${value}`,
      `${value},${thief}`,
      `${thief}, ${value}`,
      `${value},`,
      `"${value}`,
    ])
      expect(await atEdge(name, [header, joined, ...others])).toMatch(/^certificate-unreadable: [a-z0-9-]+: /)
  })

  test('an empty header is not a certificate', async () => {
    for (const empty of ['', ' '])
      expect(await atEdge(name, [header, empty, ...others])).toMatch(/^certificate-(unreadable|missing)/)
  })

  test('other names of the header, and the headers of all other edges, do not count', async () => {
    const renamed = [`x-${header}`, header.replaceAll('-', '_'), `${header} `, `${header}-chain`]
    for (const other of renamed) expect(await atEdge(name, [other, value])).toBe('certificate-missing')
    const rest = Object.values(FORMS).flatMap((each) => each(HOLDER))
    const foreign = rest.filter((_part, i) => {
      const at = rest[i - (i % 2)]?.toLowerCase() ?? ''
      return !form(HOLDER).some((own) => own.toLowerCase() === at)
    })
    expect(await atEdge(name, foreign)).toBe('certificate-missing')
  })

  test('a connection with a certificate of its own is refused, also if it is that of the token', async () => {
    const request = { rawHeaders: form(HOLDER), certificate: HOLDER.cert }
    expect(await outcome({ name, proof: TRUSTED }, request)).toContain('front-unproved: the connection has')
  })
})

test.each(['socket', 'api-gateway'] as ConnectionEdge[])('at %s no header is a certificate', async (name) => {
  const rawHeaders = Object.values(FORMS).flatMap((form) => form(HOLDER))
  expect(await outcome({ name }, { rawHeaders })).toBe('certificate-missing')
  expect(await outcome({ name }, { rawHeaders, certificate: THIEF.cert })).toBe('certificate-differs')
  expect(await outcome({ name }, { certificate: HOLDER.cert })).toBe('allowed')
})

describe('the verdict of a front', () => {
  const cert = ['ssl-client-cert', escaped(HOLDER)]
  const present = (value: string) => ['cloudfront-viewer-cert-present', value]
  const pem = ['cloudfront-viewer-cert-pem', escaped(HOLDER)]
  const sha256 = (value: string) => ['cloudfront-viewer-cert-sha256', value]

  test.each<[string, HeaderEdge, readonly string[], string]>([
    ['nginx without a verdict', 'nginx', cert, 'ssl-client-verify is not SUCCESS'],
    ['nginx with NONE', 'nginx', [...cert, 'ssl-client-verify', 'NONE'], 'ssl-client-verify is not SUCCESS'],
    ['nginx with FAILED', 'nginx', [...cert, 'ssl-client-verify', 'FAILED:expired'], 'is not SUCCESS'],
    ['a verdict without a certificate', 'nginx', ['ssl-client-verify', 'SUCCESS'], 'is not NONE'],
    [
      'two verdicts',
      'nginx',
      [...cert, ...['ssl-client-verify', 'SUCCESS'], ...['SSL-Client-Verify', 'NONE']],
      'is repeated',
    ],
    [
      'nginx with the value of Apache',
      'nginx',
      ['ssl-client-cert', '(null)', 'ssl-client-verify', 'SUCCESS'],
      'empty',
    ],
    ['Apache with GENEROUS', 'apache', [...cert, 'ssl-client-verify', 'GENEROUS'], 'is not SUCCESS'],
    ['CloudFront without Present', 'cloudfront', [...pem, ...sha256(hex(HOLDER))], 'present is not 1'],
    [
      'CloudFront with Present: 0',
      'cloudfront',
      [...pem, ...present('0'), ...sha256(hex(HOLDER))],
      'is not 1',
    ],
    ['CloudFront without Sha256', 'cloudfront', [...pem, ...present('1')], 'is not the SHA-256'],
    [
      'CloudFront with another Sha256',
      'cloudfront',
      [...pem, ...present('1'), ...sha256(hex(THIEF))],
      'is not the SHA-256',
    ],
    ['CloudFront with Present only', 'cloudfront', present('1'), 'present is not 0'],
  ])('%s refuses the request', async (_what, name, rawHeaders, fault) => {
    const refused = await atEdge(name, rawHeaders)
    expect(refused).toMatch(/^certificate-unreadable: /)
    expect(refused).toContain(fault)
  })

  test.each<[string, HeaderEdge, readonly string[]]>([
    ['nginx', 'nginx', ['ssl-client-verify', 'NONE']],
    ['Apache', 'apache', ['ssl-client-cert', '(null)', 'ssl-client-verify', 'NONE']],
    ['CloudFront', 'cloudfront', ['cloudfront-viewer-cert-present', '0']],
    ['Caddy 2.6', 'caddy', ['client-cert-sha256', '{http.request.tls.client.fingerprint}']],
    ['a later Caddy', 'caddy', ['client-cert-sha256', '']],
  ])('%s without a certificate means a client without one', async (_what, name, rawHeaders) => {
    expect(await atEdge(name, rawHeaders)).toBe('certificate-missing')
  })
})

describe('the elements of Envoy', () => {
  const element = (of: { readonly cert: string }, more = '') => `By=spiffe://a;Hash=${hex(of)}${more}`
  test.each<[string, string, number | undefined, string]>([
    ['the first of two hops is the client', `${element(HOLDER)},${element(THIEF)}`, 2, 'allowed'],
    [
      'the last of two hops is the first proxy',
      `${element(THIEF)},${element(HOLDER)}`,
      2,
      'certificate-differs',
    ],
    [
      'two elements at one hop',
      `${element(HOLDER)},${element(THIEF)}`,
      undefined,
      '2 elements, and 1 expected',
    ],
    ['three elements at two hops', `${element(HOLDER)},${element(THIEF)},${element(THIEF)}`, 2, '3 elements'],
    ['one element at two hops', element(HOLDER), 2, '1 elements, and 2 expected'],
    ['a comma in quotation marks', element(HOLDER, ';Subject="O=A, Hash=b"'), undefined, 'allowed'],
    ['two members Hash', `${element(THIEF)};Hash=${hex(HOLDER)}`, undefined, 'not one Hash'],
    ['a Hash in another case', element(HOLDER).replace('Hash', 'hash'), undefined, 'allowed'],
    ['no Hash', `By=a;Cert="${escaped(HOLDER)}"`, undefined, 'not one Hash'],
    ['a Hash of another length', element(HOLDER).slice(0, -2), undefined, 'not 64 hexadecimal digits'],
    ['an open quotation mark', `${element(HOLDER)};Subject="a`, undefined, 'not a list of elements'],
    ['text after a quotation mark', `${element(HOLDER)};Subject="a"b`, undefined, 'not a list of elements'],
    ['an empty element', `${element(HOLDER)},`, undefined, 'not a list of elements'],
  ])('%s', async (_what, value, hops, expected) => {
    expect(await atEdge('envoy', ['x-forwarded-client-cert', value], hops)).toContain(expected)
  })
})

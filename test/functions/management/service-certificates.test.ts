import { expect, test } from 'vitest'
import { failure } from '../../support/management.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { v3 } = await testManagement()

const ROOT = certificatePem('ca-root')
const ISSUING = certificatePem('ca-issuing')
const update = (settings: object) => v3('POST', '/service/update', settings)

test('roots and the authorities below them are stored, returned, kept by other updates, and cleared', async () => {
  const settings = { mutualTlsValidatePkiCertChain: true, trustedRootCertificates: [ROOT, ISSUING] }
  expect((await update(settings)).json).toMatchObject(settings)
  expect((await update({ description: 'x' })).json).toMatchObject(settings)
  expect((await v3('GET', '/service/get')).json).toMatchObject(settings)
  expect(failure(await update({ trustedRootCertificates: null }))).toBe('400 A039297')
  const cleared = { mutualTlsValidatePkiCertChain: null, trustedRootCertificates: null }
  expect((await update(cleared)).json).toMatchObject({
    mutualTlsValidatePkiCertChain: false,
    trustedRootCertificates: [],
  })
})

test.each<[string, string[], string]>([
  ['a text that is not a certificate', [ROOT, 'x'], '1'],
  ['an empty text', ['', ROOT], '0'],
  ['half a certificate', [spelling('truncated-der')], '0'],
  ['two certificates in one text', [ROOT, ISSUING, ROOT + ISSUING], '2'],
  ['a certificate of a client', [ROOT, certificatePem('client-ec-p256')], '1'],
  ['a certificate of a client that has issued it itself', [certificatePem('self-signed-ec')], '0'],
])(
  'a list with %s is refused, and the refusal has the index',
  async (_name, trustedRootCertificates, place) => {
    const answer = await update({ trustedRootCertificates })
    expect(failure(answer)).toBe('400 A039230')
    expect(answer.json['resultMessage']).toContain(`trustedRootCertificates[${place}]`)
    expect((await v3('GET', '/service/get')).json['trustedRootCertificates']).toEqual([])
  },
)

test.each([[[]], [[ISSUING]]])(
  'validation without a root is refused: %#',
  async (trustedRootCertificates) => {
    const settings = { mutualTlsValidatePkiCertChain: true, trustedRootCertificates }
    expect(failure(await update(settings))).toBe('400 A039297')
  },
)

test('issuers of client certificates are stored, emptied and cleared', async () => {
  const list = async (clientCertificateIssuers: unknown) =>
    (await update({ clientCertificateIssuers })).json['clientCertificateIssuers']
  expect(await list([ISSUING])).toEqual([ISSUING])
  expect(await list([])).toEqual([])
  expect(await list(null)).toBeUndefined()
  for (const wrong of ['x', '', certificatePem('client-ec-p256')]) {
    expect(failure(await update({ clientCertificateIssuers: [ISSUING, wrong] }))).toBe('400 A039292')
  }
})

import { expect, test } from 'vitest'
import { readPresented } from '../../../shared/certificate/presented.ts'
import {
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  credentialsFromWebApi,
} from '../../../shared/authentication/presented-credentials.ts'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import { httpRequest } from '../../support/http-request.ts'
import { certificatePem } from '../../support/vectors.ts'

const CERTIFICATE = certificatePem('client-ec-p256')
const NOTHING = { clientId: undefined, clientSecret: undefined, clientAssertion: undefined }

const request = (headers = {}, tlsCertificate?: string) =>
  httpRequest({ headers, tlsCertificate: readPresented(tlsCertificate) })
const basic = (id: string, secret: string) => ({
  authorization: [`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`],
})
const parameters = (members: Record<string, string>) => new Map(Object.entries(members))

test('an HTTP request that presents nothing names why a client is missing', () => {
  expect(credentialsFromHttp(request(), new Map())).toEqual({
    form: NOTHING,
    certificate: 'absent',
    unidentified: 'client-unidentified',
  })
})

test('the header, the form and the certificate of the connection are read', () => {
  expect(credentialsFromHttp(request(basic('a', 'b'), CERTIFICATE), parameters({ client_id: 'a' }))).toEqual({
    basic: { clientId: 'a', clientSecret: 'b' },
    form: { ...NOTHING, clientId: 'a' },
    certificate: readPresented(CERTIFICATE),
    unidentified: 'client-unidentified',
  })
})

test.each([
  { client_id: 'a', client_secret: 'b' },
  { client_id: 'a', client_assertion: 'x.y.z' },
])('%j is read from the form', (members) => {
  const form = { ...NOTHING, clientId: 'a' }
  const { client_secret: clientSecret, client_assertion: assertion } = members
  const clientAssertion = assertion && 'malformed'
  expect(credentialsFromHttp(request(), parameters(members)).form).toEqual({
    ...form,
    clientSecret,
    clientAssertion,
  })
})

test.each([
  [basic('a', 'b'), { client_secret: 'b' }, 'methods-combined'],
  [basic('a', ''), { client_secret: 'b' }, 'methods-combined'],
  [basic('a', 'b'), { client_assertion: 'x.y.z' }, 'methods-combined'],
  [{}, { client_secret: 'b', client_assertion: 'x.y.z' }, 'methods-combined'],
  [{ authorization: ['Bearer x'] }, { client_id: 'a', client_secret: 'b' }, 'basic-malformed'],
  [{ authorization: [''] }, {}, 'basic-malformed'],
])('the header %j with the form %j is refused: %s', (headers, members, reason) => {
  expect(() => credentialsFromHttp(request(headers), parameters(members))).toThrow(
    expect.objectContaining({ reason }),
  )
})

test('a Web API call that presents nothing names why a client is missing', () => {
  expect(credentialsFromWebApi({}, new Map())).toEqual({
    form: NOTHING,
    certificate: 'absent',
    unidentified: 'client-missing',
  })
})

test('members of the call replace the header and the connection', () => {
  const call = { clientId: 'a', clientSecret: 'b', clientCertificate: CERTIFICATE }
  expect(credentialsFromWebApi(call, new Map())).toEqual({
    basic: { clientId: 'a', clientSecret: 'b' },
    form: NOTHING,
    certificate: readPresented(CERTIFICATE),
    unidentified: 'client-missing',
  })
})

test('a secret of the call and one of the form are both read', () => {
  const form = parameters({ client_id: 'a', client_secret: 'other' })
  const { basic: header, form: rest } = credentialsFromWebApi({ clientId: 'a', clientSecret: 'b' }, form)
  expect(header).toEqual({ clientId: 'a', clientSecret: 'b' })
  expect(rest).toEqual({ ...NOTHING, clientId: 'a', clientSecret: 'other' })
})

test('a client id of the call leaves the secret of the form as it is', () => {
  const form = parameters({ client_id: 'a', client_secret: 'b' })
  const presented = credentialsFromWebApi({ clientId: 'a' }, form)
  expect(presented.basic).toEqual({ clientId: 'a', clientSecret: undefined })
  expect(presented.form.clientSecret).toBe('b')
})

test('a secret of the call without a client id names no client', () => {
  const presented = credentialsFromWebApi({ clientSecret: 'b' }, parameters({ client_secret: 'c' }))
  expect(presented).toMatchObject({
    basic: { clientId: undefined, clientSecret: 'b' },
    form: { clientId: undefined },
  })
})

test('each parameter of client authentication has its reason for being there twice', () => {
  for (const [name, reason] of Object.entries(CREDENTIAL_PARAMETERS)) {
    expect(refusalRows()[reason]).toEqual([
      expect.anything(),
      'BAD_REQUEST',
      'invalid_request',
      expect.stringContaining(`multiple '${name}' parameters`),
    ])
  }
})

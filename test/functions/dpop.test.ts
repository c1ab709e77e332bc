import { expect, test } from 'vitest'
import { testWalk } from '../support/test-runtime.ts'
import { BOUND, form, OWN, POST, PUBLIC } from '../support/walk.ts'

const PROOF = 'a.b.c'

const walk = await testWalk()
const client = await walk.addClient(POST, BOUND)
const { access: token } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)
const credentials = { client_id: client.id, client_secret: client.secret }

/** Each endpoint that offers no DPoP, with a request that it takes. */
const CALLS: readonly (readonly [path: string, members: object])[] = [
  ['/auth/revocation', { parameters: form({ token: 'unknown', ...credentials }) }],
]
const FORMS: readonly (readonly [route: string, parameters: Record<string, string>])[] = [
  ['/introspection', { token }],
  ['/introspection/standard', { token, ...credentials }],
  ['/revocation', { token: 'unknown', ...credentials }],
]

test.each(CALLS)(
  '%s refuses a DPoP proof by name, and takes an empty member for an absent one',
  async (path, members) => {
    const asked = { ...members, clientCertificate: OWN }
    for (const dpop of [PROOF, 'x', { jkt: 'x' }, true]) {
      const refused = await walk.call(path, { ...asked, dpop })
      expect(refused.json['resultMessage']).toBe('[A244392] The request uses DPoP, which is not supported.')
      expect(refused.json['action']).toBe('BAD_REQUEST')
      expect(String(refused.json['responseContent'])).toContain('invalid_request')
    }
    for (const dpop of ['', null, undefined]) {
      expect((await walk.call(path, { ...asked, dpop, htm: 'POST', htu: 'x' })).json['action']).toBe('OK')
    }
  },
)

test.each(FORMS)('%s refuses a DPoP header and the scheme DPoP', async (route, parameters) => {
  for (const headers of [
    { dpop: PROOF },
    { DPoP: '' },
    { authorization: `DPoP ${token}` },
    { authorization: `dpop ${token}`, dpop: PROOF },
    { authorization: `Basic eDp5,DPoP ${token}` },
  ]) {
    const { status, json } = await walk.post(route, parameters, OWN, headers)
    expect([status, json['error'], json['error_description']]).toEqual([
      ...[400, 'invalid_request', 'The request uses DPoP, which is not supported.'],
    ])
  }
  expect((await walk.post(route, parameters, OWN)).status).toBe(200)
})

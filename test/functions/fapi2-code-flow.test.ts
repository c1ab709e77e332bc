import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { outcome } from '../support/answers.ts'
import { PROFILE_WAYS, WEAKENED } from '../support/fapi2.ts'
import { pushing } from '../support/pushing.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BOUND, EVERY_METHOD, OWN, type TestClient, TLS } from '../support/walk.ts'

/** The code flow under `fapi2`. */

const walk = await testWalk(EVERY_METHOD)
const { runtime } = walk

const S256 = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
const { push, start } = pushing(walk)

/** Pushes a request and makes the authorization request with it. */
async function startPushed(client: TestClient, parameters: object) {
  const { json } = await push(client, { ...parameters }, { clientCertificate: OWN })
  return start(client, json['requestUri'] as string)
}

test.each(PROFILE_WAYS)(
  'where the service %s, authorization requests are pushed by S256 with a redirect URI, and answered with iss',
  async (_name, service, own) => {
    const client = await walk.addClient({ ...TLS, ...BOUND }, own)
    await walk.setService(service)
    const plain = await walk.authorize(client, S256)
    expect(plain.json['resultCode']).toBe('A008397')
    const issOf = (content: unknown) => new URL(String(content)).searchParams.get('iss')
    expect(issOf(plain.json['responseContent'])).toBe('https://as.example.com')

    const wrong = async (parameters: object) => {
      const members = { clientCertificate: OWN }
      return (await push(client, { ...S256, ...parameters }, members)).json['resultCode']
    }
    expect(await wrong({ code_challenge: undefined, code_challenge_method: undefined })).toBe('A124301')
    expect(await wrong({ code_challenge_method: undefined })).toBe('A124307')
    expect(await wrong({ code_challenge_method: 'plain' })).toBe('A124308')
    expect(await wrong({ redirect_uri: undefined })).toBe('A011399')
    const { json } = await startPushed(client, S256)
    expect(issOf((await walk.issue(json['ticket'])).json['responseContent'])).toBe('https://as.example.com')
  },
)

test('under fapi2 a code is valid for less than 60 seconds, for any authorizationCodeDuration', async () => {
  const verifier = 'v'.repeat(43)
  const code_challenge = hash('sha256', verifier, 'base64url')
  const client = await walk.addClient({ ...TLS, ...BOUND })
  await walk.setService(WEAKENED)
  const redeemAfter = async (seconds: number) => {
    const asked = await startPushed(client, { ...S256, code_challenge })
    const { json } = await walk.issue(asked.json['ticket'])
    runtime.clock.now = addSeconds(runtime.clock.now, seconds)
    const code = json['authorizationCode'] as string
    return outcome(await walk.redeem(client, code, OWN, { code_verifier: verifier }))
  }
  expect(await redeemAfter(59)).toMatch(/^OK /)
  expect(await redeemAfter(60)).toBe('BAD_REQUEST A050311 invalid_grant')
})

test('a code from before fapi2 is valid for less than 60 seconds, too', async () => {
  const verifier = 'v'.repeat(43)
  const challenge = { code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' }
  const client = await walk.addClient({ ...TLS, ...BOUND })
  await walk.setService({ authorizationCodeDuration: 600 })
  const codes = [await walk.code(client, challenge), await walk.code(client, challenge)]
  await walk.setService({ fapi2: true })
  const redeem = async (code = '') =>
    outcome(await walk.redeem(client, code, OWN, { code_verifier: verifier }))
  runtime.clock.now = addSeconds(runtime.clock.now, 59)
  expect(await redeem(codes[0])).toMatch(/^OK /)
  runtime.clock.now = addSeconds(runtime.clock.now, 1)
  expect(await redeem(codes[1])).toBe('BAD_REQUEST A050311 invalid_grant')
})

test.each(PROFILE_WAYS)(
  'where the service %s, a ticket of a request from before, which was not pushed, gives no code',
  async (_name, service, own) => {
    const client = await walk.addClient({ ...TLS, ...BOUND })
    const { ticket } = (await walk.authorize(client, S256)).json
    await walk.setClient(client, own)
    await walk.setService(service)
    expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041393 invalid_request')
  },
)

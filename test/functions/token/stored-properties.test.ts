import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { BASIC, basic, BOUND, OWN, openWalk, type TestClient, type Walk } from '../../support/walk.ts'
import { testRuntime } from '../../support/test-runtime.ts'

/** What an older version took by `token/create` and `token/update`: more than 4,096 bytes, and reserved names. */
const LARGE = { key: 'k', value: 'x'.repeat(5_000), hidden: false }
const RESERVED = ['sub', 'cnf', 'acr', 'username', 'active'].map((key) => ({
  ...{ key, value: 'forged', hidden: false },
}))

const runtime = await testRuntime()
let walk: Walk
let client: TestClient
beforeEach(async () => {
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC, BOUND)
})

/** Tokens of a grant that holds these properties, whatever the rules are today. */
async function grantWith(properties: readonly (typeof LARGE)[]) {
  const { access, refresh } = await walk.granted(client, OWN)
  const [key] = await runtime.store.grants.list(walk.number, client.number)
  const [found] = key === undefined ? [] : await runtime.store.grants.findTokens([key])
  if (found === undefined) throw new Error('the grant is not there')
  const { grant } = found
  await runtime.store.grants.change(grant, { ...grant, terms: { ...grant.terms, properties } })
  return { access, refresh }
}

test('a grant with more properties than may be given is refreshed without new ones, on both faces', async () => {
  const { refresh } = await grantWith([LARGE])
  const parameters = { grant_type: 'refresh_token', refresh_token: refresh }
  const answer = await walk.token(client, parameters, { clientCertificate: OWN })
  expect(outcome(answer)).toBe('OK A053001')
  const again = { ...parameters, refresh_token: tokensOf(answer).refresh }
  const direct = await walk.post('/token', again, OWN, basic(client))
  expect(direct.status).toBe(200)
  expect(direct.json).toMatchObject({ k: LARGE.value, token_type: 'Bearer' })
})

test('a refresh that adds a property to too many is refused, and the refresh token stays', async () => {
  const { refresh } = await grantWith([LARGE])
  const parameters = { grant_type: 'refresh_token', refresh_token: refresh }
  const properties = [{ key: 'more', value: 'x' }]
  const answer = await walk.token(client, parameters, { clientCertificate: OWN, properties })
  expect(outcome(answer)).toContain('A050201')
  expect(outcome(await walk.token(client, parameters, { clientCertificate: OWN }))).toBe('OK A053001')
})

test('reserved names in a stored grant have no effect on introspection, token answers and JWTs', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  const { access, refresh } = await grantWith(RESERVED)
  const parameters = { grant_type: 'refresh_token', refresh_token: refresh }
  expect(JSON.stringify(await walk.standard(access))).not.toContain('forged')
  const answer = await walk.token(client, parameters, { clientCertificate: OWN })
  const { access: next } = tokensOf(answer)
  expect(String(answer.json['responseContent'])).not.toContain('forged')
  expect(JSON.stringify(decodeJwt(next))).not.toContain('forged')
  expect(await walk.standard(next)).toMatchObject({
    active: true,
    cnf: { 'x5t#S256': expect.any(String) as string },
  })
})

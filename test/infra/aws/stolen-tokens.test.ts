import { expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { tokensOf } from '../../support/answers.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { API_IDS, START } from '../../support/fixed-runtime.ts'
import { newProofKey, proofOf, TARGET, tokenBoundTo } from '../../support/proof-keys.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC, REDIRECT_URI } from '../../support/walk.ts'
import { matches } from './filter-pattern.ts'

const USERINFO = 'https://as.example.com/userinfo'
const walk = await testWalk({ supportedScopes: [{ name: 'read' }], userInfoEndpoint: USERINFO })
const { runtime } = walk
const [key, other] = [newProofKey(), newProofKey()]
const client = await walk.addClient(BASIC)
const stranger = await walk.addClient(BASIC)
const ofCertificate = await walk.addClient(PUBLIC, BOUND)
const ofKey = await tokenBoundTo(walk, client, key)
const bound = await walk.granted(ofCertificate, OWN)

const codeRequest = async (parameters = {}) => {
  const code = await walk.code(client, parameters)
  return { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
}
const refreshRequest = async () => {
  const { refresh } = tokensOf(await walk.token(client, await codeRequest(), { dpop: key.proof() }))
  return { grant_type: 'refresh_token', refresh_token: refresh }
}
const authorizer = serveAuthorizer(authorizeRequest, {
  ...runtime,
  settings: {
    ...runtime.settings,
    serviceId: walk.number,
    resourceUrls: API_IDS.map((apiId) => ({ apiId, url: 'https://rs.example.com' })),
  },
})

const THEFTS: readonly [reason: string, name: string, steal: () => Promise<unknown>][] = [
  ['certificate-differs', 'Introspection', () => walk.introspect(bound.access, OTHER)],
  [
    'resource-proof-differs',
    'Introspection',
    () => walk.introspect(ofKey, undefined, { dpop: proofOf(other, ofKey, START), ...TARGET }),
  ],
  [
    'resource-proof-differs',
    'Authorizer',
    () => {
      const headers = { DPoP: proofOf(other, ofKey, START) }
      return authorizer(authorizerEvent({ authorization: `DPoP ${ofKey}`, headers }, '2.0'))
    },
  ],
  [
    'userinfo-certificate-differs',
    'Userinfo',
    () => walk.call('/auth/userinfo', { token: bound.access, clientCertificate: OTHER }),
  ],
  [
    'resource-proof-differs',
    'Userinfo',
    () => {
      const dpop = proofOf(other, ofKey, START, { htu: USERINFO })
      return walk.call('/auth/userinfo', { token: ofKey, dpop, htm: 'GET' })
    },
  ],
  ['refresh-certificate-differs', 'Token', () => walk.refresh(ofCertificate, bound.refresh, OTHER)],
  [
    'refresh-key-differs',
    'Token',
    async () => walk.token(client, await refreshRequest(), { dpop: other.proof() }),
  ],
  [
    'code-key-differs',
    'Token',
    async () => walk.token(client, await codeRequest({ dpop_jkt: key.jkt }), { dpop: other.proof() }),
  ],
  ['code-of-other-client', 'Token', async () => walk.token(stranger, await codeRequest())],
  ['refresh-token-of-other-client', 'Token', async () => walk.token(stranger, await refreshRequest())],
]

function counts(name: string, line: object): boolean {
  const filter = logCounts('prod', 'mtls.example.com')[`${name}StolenTokens`]
  return matches(filter?.Properties.FilterPattern ?? '', { ...line })
}

test.each(THEFTS)(
  'the log line of %s counts as a stolen token in the log of %s',
  async (reason, name, steal) => {
    await steal()
    const line = runtime.logged().at(-1) ?? {}
    expect(line).toMatchObject({ reason })
    expect(counts(name, line)).toBe(true)
  },
)

test('the log line of a token without its certificate or with the right one counts as no stolen token', async () => {
  for (const certificate of [undefined, OWN]) {
    await walk.introspect(bound.access, certificate)
    expect(counts('Introspection', runtime.logged().at(-1) ?? {})).toBe(false)
  }
})

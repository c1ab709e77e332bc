import { expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import type { Row } from '../../../shared/refusal/row.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { tokensOf } from '../../support/answers.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { API_IDS, START } from '../../support/fixed-runtime.ts'
import { newProofKey, proofOf, TARGET, tokenBoundTo } from '../../support/proof-keys.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { authenticated, BASIC, BOUND, OTHER, OWN, PUBLIC, REDIRECT_URI } from '../../support/walk.ts'
import { matches } from './cloudwatch/filter-pattern.ts'

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
  [
    'verifier-differs',
    'Token',
    async () => {
      const [code_challenge, code_verifier] = ['a'.repeat(43), 'b'.repeat(43)]
      const request = await codeRequest({ code_challenge, code_challenge_method: 'S256' })
      return walk.token(client, { ...request, code_verifier })
    },
  ],
  [
    'revocation-of-other-client',
    'Revocation',
    () => walk.call('/auth/revocation', authenticated(stranger, { token: ofKey })),
  ],
  ['refresh-token-of-other-client', 'Token', async () => walk.token(stranger, await refreshRequest())],
]

function counts(name: string, line: object): boolean {
  const filter = logCounts({ stage: 'prod', mtlsDomain: { name: 'mtls.example.com' }, crl: undefined })[
    `${name}StolenTokens`
  ]
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

test('the log line of a token without its certificate, or with the right one, does not count as a stolen token', async () => {
  for (const certificate of [undefined, OWN]) {
    await walk.introspect(bound.access, certificate)
    expect(counts('Introspection', runtime.logged().at(-1) ?? {})).toBe(false)
  }
})

test('each reason that is marked as theft has a case here, and each reason about another holder is marked', () => {
  const marked = Object.entries<Row>(refusalRows()).flatMap(([reason, [, , , , mark]]) =>
    mark === 'theft' ? [reason] : [],
  )
  expect([...new Set(THEFTS.map(([reason]) => reason))].sort()).toEqual(marked.sort())
  const ofAnother = Object.keys(refusalRows()).filter((reason) => /differs|of-other/.test(reason))
  // These compare a request with a registration or an earlier request, not a token or code with its holder. A pushed request is not yet a
  // token.
  const others = /^(tls-|self-signed|redirect-uri-|subject-|push-key-|request-uri-of-)/
  expect(ofAnother.filter((reason) => !marked.includes(reason) && !others.test(reason))).toEqual([])
})

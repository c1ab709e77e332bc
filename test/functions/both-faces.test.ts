import { afterAll, describe, expect, test } from 'vitest'
import { HTTP_STATUS } from '../../shared/web-api.ts'
import type { Received, Sent } from '../support/gateway.ts'
import { makeAccessToken, makeUnboundToken, MTLS_DN } from '../support/placeholders.ts'
import { ACCESS_TOKENS, vectorService } from '../support/vector-service.ts'
import { presented } from '../support/vectors.ts'

type Decision = 'OK' | 'FORBIDDEN' | 'UNAUTHORIZED'

const CERTIFICATES = {
  right: 'client-ec-p256',
  renewed: 'client-ec-p256-renewed',
  other: 'client-other',
  no: null,
  unreadable: 'spelling:truncated-der',
} as const

const [OK, FORBIDDEN, UNAUTHORIZED] = ['OK', 'FORBIDDEN', 'UNAUTHORIZED'] as const

/**
 * Requests to use a token of scope `read`, once for that scope and once for one that it has not: the decision for each,
 * and why. For unbound tokens the OAuth face gives no such decision (decision D10).
 */
const TABLE: readonly (readonly [
  token: 'bound' | 'unbound',
  certificate: keyof typeof CERTIFICATES,
  read: Decision,
  write: Decision,
  reason?: string,
])[] = [
  ['bound', 'right', OK, FORBIDDEN],
  ['bound', 'renewed', UNAUTHORIZED, UNAUTHORIZED, 'certificate-differs'],
  ['bound', 'other', UNAUTHORIZED, UNAUTHORIZED, 'certificate-differs'],
  ['bound', 'no', UNAUTHORIZED, UNAUTHORIZED, 'certificate-missing'],
  ['bound', 'unreadable', UNAUTHORIZED, UNAUTHORIZED, 'certificate-unreadable'],
  ['unbound', 'right', OK, FORBIDDEN],
  ['unbound', 'other', OK, FORBIDDEN],
  ['unbound', 'no', OK, FORBIDDEN],
  ['unbound', 'unreadable', OK, FORBIDDEN],
]
const CASES = TABLE.flatMap(([token, certificate, read, write, reason]) => [
  { token, certificate, scope: 'read', decision: read, reason },
  { token, certificate, scope: 'write', decision: write, reason },
])

describe.each(ACCESS_TOKENS)('%s access tokens', async (accessTokens) => {
  const service = await vectorService(accessTokens)
  const [bound, unbound] = [await makeAccessToken(service, MTLS_DN), await makeUnboundToken(service)]
  const tokens = { bound: bound.text, unbound: unbound.text }
  afterAll(() => service.close())

  test.each(CASES)(
    'both faces decide alike: $token token, $certificate certificate, scope $scope: $decision',
    async ({ token, certificate, scope, decision, reason }) => {
      const asked = { token: tokens[token], scope, certificate: presented(CERTIFICATES[certificate]) }
      const forbidden = decision === 'FORBIDDEN' ? 'scope-insufficient' : undefined
      await expectWebApi(asked, decision, reason ?? forbidden)
      if (token === 'bound') await expectOAuth(asked, decision, reason ?? forbidden)
      else await expectOAuth(asked, 'UNAUTHORIZED', 'token-unbound')
    },
  )

  interface Asked {
    readonly token: string
    readonly scope: string
    readonly certificate: string | undefined
  }

  async function expectWebApi(asked: Asked, decision: Decision, reason: string | undefined) {
    const { token, scope, certificate: clientCertificate } = asked
    const { json } = await service.call('/auth/introspection', { token, scopes: [scope], clientCertificate })
    expect(json['action']).toBe(decision)
    expect(json['responseContent']).toMatch(
      new RegExp(`^Bearer error="${ERROR[decision] ?? 'invalid_request'}"`),
    )
    expect(reasonInLog()).toBe(reason)
  }

  async function expectOAuth(asked: Asked, decision: Decision, reason: string | undefined) {
    const { status, json, headers } = await service.send(introspection(asked))
    expect(status).toBe(HTTP_STATUS[decision])
    expect(json['error']).toBe(ERROR[decision])
    expect(reasonInLog()).toBe(reason)
    expect(headers['www-authenticate']).toBe(CHALLENGE[decision])
    if (decision !== 'UNAUTHORIZED') return
    const unknown = { ...asked, token: 'A'.repeat(72) }
    const answer: Received = await service.send(introspection(unknown))
    expect(answer).toEqual({ status, json, headers, text: answer.text })
  }

  const ERROR: Partial<Record<Decision, string>> = {
    UNAUTHORIZED: 'invalid_token',
    FORBIDDEN: 'insufficient_scope',
  }

  const CHALLENGE: Partial<Record<Decision, string>> = {
    UNAUTHORIZED: 'Bearer error="invalid_token"',
    FORBIDDEN: 'Bearer error="insufficient_scope",scope="write"',
  }

  function introspection({ token, scope, certificate }: Asked): Sent {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { route: '/introspection', headers, body: `token=${token}&scopes=${scope}`, certificate }
  }

  function reasonInLog(): unknown {
    return (JSON.parse(service.runtime.lines.at(-1) ?? '') as { reason?: string }).reason
  }
})

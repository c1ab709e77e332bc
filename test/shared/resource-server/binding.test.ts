import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import {
  protectedResource,
  type ProtectedResource,
} from '../../../shared/resource-server/protected-resource.ts'
import { jws } from '../../support/forged-tokens.ts'
import { bindings, presented } from '../../support/vectors.ts'

const REASONS = {
  unbound: 'token-unbound',
  missing: 'certificate-missing',
  differs: 'certificate-differs',
  unreadable: 'certificate-unreadable',
  'missing-proof': 'proof-missing',
  damaged: 'binding-damaged',
}

const EXPECTED = { issuer: 'https://as.example.com', audience: 'https://accounts.example.com' }
const now = Math.floor(Date.now() / 1000)
const CLAIMS = {
  ...{ iss: EXPECTED.issuer, aud: EXPECTED.audience, sub: 's', client_id: 'c', jti: 'j' },
  ...{ iat: now, exp: now + 3600, scope: 'read' },
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }] }

/** An introspection endpoint that answers every request with the test's `answer`. */
let answer: object
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
})
const endpoint = await listen(server)
afterAll(endpoint.close)

const WAYS: [string, (unboundTokens: 'refused' | 'allowed') => ProtectedResource][] = [
  ['in a JWT', (unboundTokens) => protectedResource({ ...EXPECTED, jwks, unboundTokens })],
  [
    'in an introspection response',
    (unboundTokens) => {
      const url = `http://127.0.0.1:${endpoint.port}/`
      const introspection = { endpoint: url, clientId: 'rs', clientSecret: 's' }
      return protectedResource({ ...EXPECTED, introspection, unboundTokens })
    },
  ],
]

describe.each(WAYS)('a binding %s', (_way, resource) => {
  async function decide(cnf: object, certificate: string | undefined, unbound: 'refused' | 'allowed') {
    answer = { active: true, token_type: 'Bearer', ...CLAIMS, ...cnf }
    const token = jws({ alg: 'ES256', kid: '1', typ: 'at+jwt' }, { ...CLAIMS, ...cnf }, privateKey)
    const decision = await resource(unbound)(['read'])({
      rawHeaders: ['authorization', `Bearer ${token}`],
      certificate,
    })
    return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
  }

  test.each(bindings)('the binding $id decides: $why', async ({ token, certificate, verdict }) => {
    const refused = verdict === 'holds' ? 'allowed' : `401 ${REASONS[verdict]}`
    expect(await decide(token, presented(certificate), 'refused')).toBe(refused)
    const allowed = verdict === 'unbound' ? 'allowed' : refused
    expect(await decide(token, presented(certificate), 'allowed')).toBe(allowed)
  })

  test.each(['none', 0, false, [], ['x5t#S256']])(
    'a cnf of %j is damaged: the token is neither bound nor unbound',
    async (cnf) => {
      expect(await decide({ cnf }, undefined, 'allowed')).toBe('401 binding-damaged')
    },
  )
})

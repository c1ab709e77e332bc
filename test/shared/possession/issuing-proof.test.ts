import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { PROOF_SECONDS } from '../../../shared/dpop/proof.ts'
import type { KeyThumbprint } from '../../../shared/certificate/thumbprint.ts'
import type { Code, Pushed, RefreshMembers, Tokens } from '../../../shared/store/grant.ts'
import type { Grants } from '../../../shared/store/grants.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { pushing } from '../../support/pushing.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, REDIRECT_URI, type TestClient } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk
const key = newProofKey()

const redeem = (client: TestClient, code: string, dpop: string) =>
  walk.token(client, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }, { dpop })
const refresh = (client: TestClient, token: string, dpop: string) =>
  walk.token(client, { grant_type: 'refresh_token', refresh_token: token }, { dpop })
const issued = async (client: TestClient) =>
  tokensOf(await redeem(client, await walk.code(client), key.proof())).refresh

/** Makes a request that is right but for its proof. It can be sent more than once. */
const REQUESTS: [string, string, (client: TestClient) => Ask | Promise<Ask>][] = [
  [
    'a token of the client',
    'OK A052001',
    (client) => (dpop) => walk.token(client, { grant_type: 'client_credentials' }, { dpop }),
  ],
  [
    'a pushed request',
    'CREATED A245001',
    (client) => (dpop) => pushing(walk).push(client, {}, { dpop, htu: HTU }),
  ],
  [
    'a code',
    'OK A050001',
    async (client) => {
      const code = await walk.code(client)
      return (dpop) => redeem(client, code, dpop)
    },
  ],
  [
    'a code that was used',
    'BAD_REQUEST A050305 invalid_grant',
    async (client) => {
      const code = await walk.code(client)
      await redeem(client, code, key.proof())
      return (dpop) => redeem(client, code, dpop)
    },
  ],
  [
    'a refresh token',
    'OK A053001',
    async (client) => {
      const token = await issued(client)
      return (dpop) => refresh(client, token, dpop)
    },
  ],
  [
    'a refresh token that was replaced long ago',
    'BAD_REQUEST A053305 invalid_grant',
    async (client) => {
      const token = await issued(client)
      await refresh(client, token, key.proof())
      runtime.clock.now = addSeconds(START, 20)
      return (dpop) => refresh(client, token, dpop)
    },
  ],
]
type Ask = (dpop: string) => ReturnType<typeof walk.token>
const HTU = 'https://as.example.com/token'

test.each(REQUESTS)(
  'a used proof with %s is refused and changes no grant, and a fresh one is answered %s and changes the grant',
  async (_what, expected, prepare) => {
    const client = await walk.addClient(BASIC)
    const ask = await prepare(client)
    const jti = crypto.randomUUID()
    const used = { jkt: key.jkt as KeyThumbprint, jti, expiresAt: addSeconds(START, PROOF_SECONDS) }
    await runtime.store.proofs.useProof(walk.number, used)
    const before = await runtime.tables.grants.scan()
    expect(outcome(await ask(key.proof({ jti })))).toBe('BAD_REQUEST A244397 invalid_dpop_proof')
    expect(await runtime.tables.grants.scan()).toEqual(before)
    expect(outcome(await ask(key.proof()))).toBe(expected)
    expect(await runtime.tables.grants.scan()).not.toEqual(before)
  },
)

test('a step of a grant that a request with a proof can take does not compile without its proof', () => {
  const steps = (
    grants: Grants,
    [pushed, code, tokens]: [Pushed, Code, Tokens & { readonly refresh: RefreshMembers }],
  ) => [
    // @ts-expect-error A missing argument does not state that the request brought no proof.
    () => grants.create(pushed),
    // @ts-expect-error The proof is missing.
    () => grants.create(tokens, undefined),
    // @ts-expect-error The proof is missing.
    () => grants.redeem(code, tokens),
    // @ts-expect-error The proof is missing.
    () => grants.refresh(tokens, tokens),
    // @ts-expect-error The proof is missing.
    () => grants.end(tokens),
    // @ts-expect-error Only shared/possession makes one.
    () => grants.redeem(code, tokens, { jkt: undefined, nonce: undefined, use: () => Promise.resolve() }),
    // @ts-expect-error A pushed request can bring a proof.
    () => grants.createWithoutProof(pushed),
  ]
  expect(steps).toHaveLength(2)
})

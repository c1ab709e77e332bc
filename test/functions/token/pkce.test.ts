import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC } from '../../support/walk.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const S256 = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
const PLAIN = { code_challenge: VERIFIER, code_challenge_method: 'plain' }
const DEFAULT = { code_challenge: VERIFIER }

const walk = await testWalk()

const WRONG = 'BAD_REQUEST A050315 invalid_grant'
const VERIFIER_MISSING = 'BAD_REQUEST A050312 invalid_grant'

test.each([
  ['S256', S256, VERIFIER, 'OK A050001'],
  ['plain', PLAIN, VERIFIER, 'OK A050001'],
  ['plain', PLAIN, CHALLENGE, WRONG],
  ['plain', PLAIN, undefined, VERIFIER_MISSING],
  ['no method', DEFAULT, VERIFIER, 'OK A050001'],
  ['no method', DEFAULT, undefined, VERIFIER_MISSING],
  ['no challenge', {}, undefined, 'OK A050001'],
])(
  'a code with $0 and the verifier $2 is answered with $3',
  async (_method, parameters, code_verifier, expected) => {
    const client = await walk.addClient(PUBLIC)
    const code = await walk.code(client, parameters)
    expect(outcome(await walk.redeem(client, code, undefined, { code_verifier }))).toBe(expected)
  },
)

test('a redemption needs the challenge of its code also when nothing demands one any more', async () => {
  const client = await walk.addClient(PUBLIC, { pkceRequired: true })
  const code = await walk.code(client, S256)
  await walk.setClient(client, { pkceRequired: false })
  expect(outcome(await walk.redeem(client, code))).toBe(VERIFIER_MISSING)
  expect(outcome(await walk.redeem(client, code, undefined, { code_verifier: VERIFIER }))).toBe('OK A050001')
})

test('an empty verifier for a code with a challenge is refused by name, and the code stays usable', async () => {
  const client = await walk.addClient(PUBLIC)
  const code = await walk.code(client, S256)
  const redeem = (code_verifier?: string) => walk.redeem(client, code, undefined, { code_verifier })
  expect(outcome(await redeem(''))).toBe('BAD_REQUEST A050313 invalid_request')
  expect(outcome(await redeem())).toBe('BAD_REQUEST A050312 invalid_grant')
  expect(outcome(await redeem(VERIFIER))).toBe('OK A050001')
})

test('an empty verifier for a code without a challenge counts as none', async () => {
  const client = await walk.addClient(PUBLIC)
  const answer = await walk.redeem(client, await walk.code(client), undefined, { code_verifier: '' })
  expect(outcome(answer)).toBe('OK A050001')
})

const REQUESTS = { 'no challenge': {}, S256, plain: PLAIN, 'no method': DEFAULT } as const
const MISSING = 'LOCATION A124301 invalid_request'
const PLAIN_REFUSED = 'LOCATION A124308 invalid_request'
const METHOD_MISSING = 'LOCATION A124307 invalid_request'
const TAKEN = 'INTERACTION A004001'

/** Settings, and the outcome of each of the requests, in their order. */
const DEMANDS: readonly (readonly [demand: object, expected: readonly string[]])[] = [
  [{ pkceRequired: true }, [MISSING, TAKEN, TAKEN, TAKEN]],
  [{ pkceS256Required: true }, [TAKEN, TAKEN, PLAIN_REFUSED, METHOD_MISSING]],
  [{ pkceRequired: true, pkceS256Required: true }, [MISSING, TAKEN, PLAIN_REFUSED, METHOD_MISSING]],
]
const CASES = DEMANDS.flatMap(([demand, expected]) =>
  Object.entries(REQUESTS).map(([name, parameters], i) => [demand, name, expected[i], parameters] as const),
)

test.each(CASES)(
  'with %j at the service an authorization request with %s is answered with %s',
  async (demand, _, expected, parameters) => {
    await walk.setService(demand)
    expect(outcome(await walk.authorize(await walk.addClient(PUBLIC), parameters))).toBe(expected)
  },
)

test.each(CASES)(
  'with %j at the client an authorization request with %s is answered with %s',
  async (demand, _, expected, parameters) => {
    expect(outcome(await walk.authorize(await walk.addClient(PUBLIC, demand), parameters))).toBe(expected)
  },
)

import { describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { openWalk, PUBLIC } from '../../support/walk.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const S256 = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
const PLAIN = { code_challenge: VERIFIER, code_challenge_method: 'plain' }
const DEFAULT = { code_challenge: VERIFIER }

const walk = await testWalk()
const { runtime } = walk

describe('redemption', () => {
  const WRONG = 'BAD_REQUEST A050315 invalid_grant'
  const MISSING = 'BAD_REQUEST A050312 invalid_grant'
  const MALFORMED = 'BAD_REQUEST A050316 invalid_request'

  test.each([
    ['S256', S256, VERIFIER, 'OK A050001'],
    ['S256', S256, CHALLENGE, WRONG],
    ['S256', S256, 'a'.repeat(43), WRONG],
    ['S256', S256, undefined, MISSING],
    ['S256', S256, '', 'BAD_REQUEST A050313 invalid_request'],
    ['S256', S256, VERIFIER.slice(0, 42), MALFORMED],
    ['S256', S256, 'a'.repeat(129), MALFORMED],
    ['S256', S256, `${VERIFIER.slice(0, 42)}=`, MALFORMED],
    ['plain', PLAIN, VERIFIER, 'OK A050001'],
    ['plain', PLAIN, CHALLENGE, WRONG],
    ['plain', PLAIN, undefined, MISSING],
    ['no method', DEFAULT, VERIFIER, 'OK A050001'],
    ['no method', DEFAULT, undefined, MISSING],
    ['no challenge', {}, undefined, 'OK A050001'],
    ['no challenge', {}, VERIFIER, 'BAD_REQUEST A050317 invalid_grant'],
  ])('$0, verifier $2: $3', async (_method, parameters, code_verifier, expected) => {
    const client = await walk.addClient(PUBLIC)
    const code = await walk.code(client, parameters)
    expect(outcome(await walk.redeem(client, code, undefined, { code_verifier }))).toBe(expected)
  })

  test('goes on with the challenge of the code also when nothing demands one any more', async () => {
    const client = await walk.addClient(PUBLIC, { pkceRequired: true })
    const code = await walk.code(client, S256)
    await walk.setClient(client, { pkceRequired: false })
    expect(outcome(await walk.redeem(client, code))).toBe(MISSING)
    expect(outcome(await walk.redeem(client, code, undefined, { code_verifier: VERIFIER }))).toBe(
      'OK A050001',
    )
  })
})

describe.each([
  ['service', (setting: object) => openWalk(runtime, setting), {}],
  ['client', () => Promise.resolve(walk), undefined],
] as const)('at the %s', (_where, open, atClient) => {
  const authorized = async (setting: object, parameters: object) => {
    const asked = await open(setting)
    const client = await asked.addClient(PUBLIC, atClient ?? setting)
    return outcome(await asked.authorize(client, { ...parameters }))
  }

  test.each([
    ['no challenge', {}, 'LOCATION A124301 invalid_request'],
    ['S256', S256, 'INTERACTION A004001'],
    ['plain', PLAIN, 'INTERACTION A004001'],
    ['no method', DEFAULT, 'INTERACTION A004001'],
  ])('pkceRequired, $0: $2', async (_name, parameters, expected) => {
    expect(await authorized({ pkceRequired: true }, parameters)).toBe(expected)
  })

  test.each([
    ['no challenge', {}, 'INTERACTION A004001'],
    ['S256', S256, 'INTERACTION A004001'],
    ['plain', PLAIN, 'LOCATION A124308 invalid_request'],
    ['no method', DEFAULT, 'LOCATION A124307 invalid_request'],
  ])('pkceS256Required, $0: $2', async (_name, parameters, expected) => {
    expect(await authorized({ pkceS256Required: true }, parameters)).toBe(expected)
  })

  test.each([
    ['no challenge', {}, 'LOCATION A124301 invalid_request'],
    ['S256', S256, 'INTERACTION A004001'],
    ['plain', PLAIN, 'LOCATION A124308 invalid_request'],
    ['no method', DEFAULT, 'LOCATION A124307 invalid_request'],
  ])('both, $0: $2', async (_name, parameters, expected) => {
    expect(await authorized({ pkceRequired: true, pkceS256Required: true }, parameters)).toBe(expected)
  })
})

import { hash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  keyOf,
  locateIdentifier,
  locateOpaque,
  locateRefreshToken,
  makeFamily,
  makeGrantId,
  makeIdentifier,
  makeOpaque,
  makeRefreshSecret,
  makeRefreshToken,
} from '../../../shared/token/token-string.ts'
import { digest } from '../../../shared/store/digest.ts'
import { isSameText } from '../../../shared/constant-time.ts'

const MAX_CLIENT = 2 ** 48 - 1
const GRANT = { client: 0x01_23_45_67_89_ab, grantId: 'AAECAwQFBgcICQoLDA0ODw' }

/** The bytes 0, 1, 2, ... */
const counting = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_none, i) => i))

const refreshToken = (grant: typeof GRANT) =>
  makeRefreshToken(grant, makeFamily(randomBytes), makeRefreshSecret(randomBytes))

const KINDS = [
  ['an opaque token', 72, (grant: typeof GRANT) => makeOpaque(grant, randomBytes), locateOpaque],
  ['a refresh token', 88, refreshToken, locateRefreshToken],
  ['a jti', 52, (grant: typeof GRANT) => makeIdentifier(grant, randomBytes), locateIdentifier],
] as const

const withCharacter = (text: string, at: number, character: string) =>
  text.slice(0, at) + character + text.slice(at + 1)

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test('an opaque token is client number, grant id and secret', () => {
  expect(Buffer.from(makeOpaque(GRANT, counting), 'base64url').toString('hex')).toBe(
    `0123456789ab${counting(16).toString('hex')}${counting(32).toString('hex')}`,
  )
})

test('a refresh token is client number, grant id, family and secret', () => {
  const token = makeRefreshToken(GRANT, Buffer.alloc(12, 0xfa), Buffer.alloc(32, 0x5e))
  expect(Buffer.from(token, 'base64url').toString('hex')).toBe(
    `0123456789ab${counting(16).toString('hex')}${'fa'.repeat(12)}${'5e'.repeat(32)}`,
  )
})

test('a jti is client number, grant id and 17 random bytes', () => {
  expect(Buffer.from(makeIdentifier(GRANT, counting), 'base64url').toString('hex')).toBe(
    `0123456789ab${counting(16).toString('hex')}${counting(17).toString('hex')}`,
  )
})

test('a grant id is 16 random bytes, a family 12, a secret 32', () => {
  expect(makeGrantId(counting)).toBe(GRANT.grantId)
  expect(makeFamily(counting)).toEqual(counting(12))
  expect(makeRefreshSecret(counting)).toEqual(counting(32))
})

describe.each(KINDS)('%s', (_what, length, make, locate) => {
  test('a token string has its length and only characters of base64url', () => {
    expect(make(GRANT)).toMatch(new RegExp(`^[A-Za-z0-9_-]{${length}}$`))
  })

  test('a token string leads back to its grant', () => {
    const grants = fc.record({
      client: fc.oneof(fc.integer({ min: 0, max: MAX_CLIENT }), fc.constantFrom(0, 1, MAX_CLIENT)),
      grantId: fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((id) => Buffer.from(id).toString('base64url')),
    })
    fc.assert(
      fc.property(grants, (grant) => {
        expect(locate(make(grant))).toMatchObject(grant)
      }),
    )
  })

  test('a token string is not made for a client number beyond six bytes', () => {
    for (const client of [-1, MAX_CLIENT + 1, Infinity]) {
      expect(() => make({ ...GRANT, client })).toThrow(RangeError)
    }
  })

  test('a token string is never made twice', () => {
    const made = new Set(Array.from({ length: 10_000 }, () => make(GRANT)))
    expect(made.size).toBe(10_000)
  })

  test('a token string with one character changed has other bytes', () => {
    const token = make(GRANT)
    const bytes = Buffer.from(token, 'base64url')
    const changed = Array.from(token).flatMap((own, at) =>
      Array.from(ALPHABET)
        .filter((other) => other !== own)
        .map((other) => withCharacter(token, at, other)),
    )
    expect(changed).toHaveLength(63 * length)
    expect(changed.filter((text) => locate(text) === undefined)).toEqual([])
    expect(changed.filter((text) => Buffer.from(text, 'base64url').equals(bytes))).toEqual([])
  })

  test('a token string with one of its first 28 characters changed leads to another grant', () => {
    const token = make(GRANT)
    const changed = Array.from(token.slice(0, 28)).map((own, at) =>
      withCharacter(token, at, own === 'A' ? 'B' : 'A'),
    )
    for (const text of changed) expect(locate(text)).not.toMatchObject(GRANT)
  })

  test('a token string is refused with one character outside the alphabet, wherever it is', () => {
    const token = make(GRANT)
    const outside = ['+', '/', '=', ' ', '\n', '\0', '.', '%', 'é', '\ud800']
    const spoiled = Array.from(token).flatMap((own, at) =>
      outside.flatMap((other) => [withCharacter(token, at, other), withCharacter(token, at, other + own)]),
    )
    expect(spoiled.filter((text) => locate(text) !== undefined)).toEqual([])
  })

  test('a token string is refused in the standard alphabet, padded, cut, longer, or with something around it', () => {
    const bytes = Buffer.alloc((length / 4) * 3, 0xff)
    const token = bytes.toString('base64url')
    expect(locate(token)).toBeDefined()
    const spellings = [bytes.toString('base64'), `${token}=`, `${token}====`, `${token}\n`, ` ${token}`]
    const lengths = [token.slice(1), token.slice(0, -1), token.slice(0, -4), `${token}A`, `${token}AAAA`, '']
    for (const text of [...spellings, ...lengths]) expect(locate(text)).toBeUndefined()
  })

  test('no other kind is taken for this token string', () => {
    for (const [, other, makeOther] of KINDS) {
      if (other !== length) expect(locate(makeOther(GRANT))).toBeUndefined()
    }
  })

  test('a token string has one text for one reading', () => {
    const near = fc
      .tuple(
        fc.string({
          unit: fc.constantFrom(...Array.from(`${ALPHABET}+/=`)),
          minLength: length,
          maxLength: length,
        }),
      )
      .map(([text]) => text)
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), (text) => {
        if (locate(text) === undefined) return
        expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text)
      }),
    )
  })
})

test('a refresh token shows its family', () => {
  const family = makeFamily(randomBytes)
  const token = makeRefreshToken(GRANT, family, makeRefreshSecret(randomBytes))
  expect(locateRefreshToken(token)?.family).toEqual(family)
})

test('a family stays as it is when the random bytes it came from change', () => {
  const source = Buffer.alloc(12, 1)
  const family = makeFamily(() => source)
  source.fill(2)
  expect(family).toEqual(Buffer.alloc(12, 1))
})

test('the key of a grant is the service of the caller, with the client and grant id of the token', () => {
  expect(keyOf(7, { ...GRANT })).toEqual({ service: 7, ...GRANT })
})

test('the digest is SHA-256 in base64url, of text or of bytes', () => {
  expect(digest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  expect(digest(Buffer.from('abc'))).toBe(hash('sha256', 'abc', 'base64url'))
})

test('equal digests are the same', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.stringMatching(/^[A-Za-z0-9_-]{43}$/))
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(isSameText(a, a)).toBe(true)
      expect(isSameText(a, b)).toBe(a === b)
    }),
  )
})

test.each([
  ['a character that differs in its upper byte only', 'A', '\u0141'],
  ['a surrogate and its replacement', '\ud800', '\ufffd'],
  ['another case', 'a', 'A'],
  ['padding', 'a', 'a='],
  ['a prefix', 'ab', 'a'],
  ['nothing', 'a', ''],
])('%s is another digest', (_what, a, b) => {
  expect(isSameText(a, b)).toBe(false)
  expect(isSameText(b, a)).toBe(false)
})

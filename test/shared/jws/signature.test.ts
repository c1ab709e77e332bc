import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Jwk } from '../../../shared/certificate/jwk-set.ts'
import { verifyCompactJws } from '../../../shared/jws/signature.ts'
import { readCompactJws } from '../../../shared/request/compact-jws.ts'
import { encode, jws, type Members } from '../../support/assertions.ts'

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
const ec = (namedCurve: string): Pair => generateKeyPairSync('ec', { namedCurve })
const rsaOf = (modulusLength: number): Pair => generateKeyPairSync('rsa', { modulusLength })

const [p256, other, p384, p521] = [ec('P-256'), ec('P-256'), ec('P-384'), ec('P-521')]
const [rsa, weak] = [rsaOf(2048), rsaOf(1024)]
const ed25519: Pair = generateKeyPairSync('ed25519')

const jwk = ({ publicKey }: Pair, more: Members = {}): Jwk => ({
  ...publicKey.export({ format: 'jwk' }),
  ...more,
})

function verify(text: string, keys: readonly Jwk[], alg?: string) {
  const read = readCompactJws(text)
  return read === undefined ? 'malformed' : verifyCompactJws(read, { keys }, alg)
}
const made = (alg: string, { privateKey }: Pair, header: Members = {}) =>
  jws({ alg, ...header }, {}, privateKey, alg)

const PAIRS: readonly [string, Pair][] = [
  ['ES256', p256],
  ['ES384', p384],
  ['ES512', p521],
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['EdDSA', ed25519],
  ['Ed25519', ed25519],
]

const all = [p256, p384, p521, rsa, ed25519].map((pair) => jwk(pair))

test.each(PAIRS)('only the registered algorithm %s verifies', (alg, pair) => {
  for (const [used, usedPair] of PAIRS) {
    expect(verify(made(used, usedPair), all, alg)).toBe(used === alg ? undefined : 'algorithm-wrong')
  }
  expect(verify(made(alg, pair), [], alg)).toBe('key-unknown')
})

test.each(PAIRS)('without a registered algorithm only ES256, PS256 and RS256 verify: %s', (alg, pair) => {
  const outcome = ['ES256', 'PS256', 'RS256'].includes(alg) ? undefined : 'algorithm-wrong'
  expect(verify(made(alg, pair), all)).toBe(outcome)
})

test.each(['none', 'None', 'HS256', 'HS512', 'RS1', 'ES256K', 'RSA-OAEP', '', '__proto__', 'constructor'])(
  'a signature by %j never verifies, not even where that is registered',
  (alg) => {
    const text = jws({ alg }, {}, p256.privateKey, 'ES256')
    expect(verify(text, all, alg)).toBe('algorithm-wrong')
    expect(verify(text, all)).toBe('algorithm-wrong')
    expect(verify(`${encode({ alg })}.${encode({})}.`, all, alg)).toBe('algorithm-wrong')
  },
)

test.each([undefined, null, 1, ['ES256']])('an algorithm of %j is refused', (alg) => {
  expect(verify(jws({ alg }, {}, p256.privateKey, 'ES256'), all)).toBe('algorithm-wrong')
})

test.each([
  ['jwk', jwk(other)],
  ['jku', 'https://evil.test/'],
  ['x5u', 'https://evil.test/'],
  ['x5c', ['AAAA']],
])('a key in %s of the header is ignored', (member, value) => {
  const header = { [member]: value }
  expect(verify(made('ES256', p256, header), [jwk(p256)])).toBeUndefined()
  expect(verify(made('ES256', other, header), [jwk(p256)])).toBe('signature-wrong')
  expect(verify(made('ES256', other, header), [])).toBe('key-unknown')
})

test.each([[['x']], [['b64']], [['alg']], [[]], ['x'], [null]])('crit %j is refused', (crit) => {
  const header = { crit, x: 1, b64: true }
  expect(verify(made('ES256', p256, header), [jwk(p256)])).toBe('crit-unknown')
})

test('a signed text with one changed character does not verify', () => {
  const text = made('ES256', p256, { kid: 'k' })
  const keys = [jwk(p256, { kid: 'k' })]
  const change = fc.tuple(fc.nat(text.length - 1), fc.stringMatching(/^[A-Za-z0-9_.=-]$/))
  expect(verify(text, keys)).toBeUndefined()
  fc.assert(
    fc.property(change, ([at, character]) => {
      fc.pre(text[at] !== character)
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      expect(verify(changed, keys)).toBeTypeOf('string')
    }),
    { numRuns: 300 },
  )
})

const text = made('ES256', p256, { kid: 'k' })

test('a key is found by its kid and by no other', () => {
  expect(verify(text, [jwk(p256, { kid: 'k' })])).toBeUndefined()
  expect(verify(text, [jwk(p256, { kid: 'l' }), jwk(p256)])).toBe('key-unknown')
})

test.each(['__proto__', 'constructor', '../k', 'k\0', 'K', '', 'x'.repeat(5000)])(
  'no key is found by the kid %j',
  (kid) => {
    expect(verify(made('ES256', p256, { kid }), [jwk(p256, { kid: 'k' })])).toBe('key-unknown')
    expect(verify(made('ES256', p256, { kid }), [jwk(p256, { kid })])).toBeUndefined()
  },
)

test.each([1, null, ['k'], { k: 1 }])('the kid %j asks for no key', (kid) => {
  expect(verify(made('ES256', p256, { kid }), [jwk(p256, { kid })])).toBe('kid-malformed')
})

test('any key that fits is tried when there is no kid', () => {
  const keys = [jwk(rsa), jwk(other, { kid: 'a' }), jwk(p256, { kid: 'b' })]
  expect(verify(made('ES256', p256), keys)).toBeUndefined()
  expect(verify(made('ES256', p256), keys.slice(0, 2))).toBe('signature-wrong')
})

test('keys of one kid are selected by kind, use and algorithm, and then tried in turn', () => {
  const kid = 'k'
  const others = [
    jwk(rsa, { kid }),
    jwk(p384, { kid }),
    jwk(p256, { kid, use: 'enc' }),
    jwk(p256, { kid, alg: 'ECDH-ES' }),
    jwk(p256, { kid, key_ops: ['sign'] }),
    jwk(p256, { kid, key_ops: 'verify' }),
  ]
  expect(verify(text, others)).toBe('key-unknown')
  const fitting = jwk(p256, { kid, use: 'sig', alg: 'ES256', key_ops: ['verify'] })
  expect(verify(text, [...others, fitting])).toBeUndefined()
  expect(verify(text, [...others, jwk(other, { kid }), fitting])).toBeUndefined()
  expect(verify(text, [...others, jwk(other, { kid })])).toBe('signature-wrong')
})

test('a key is not taken when it is malformed, off its curve or too weak', () => {
  const good = jwk(p256, { kid: 'k' })
  const wrong = [
    { ...good, y: good['x'] },
    { ...good, x: 5 },
    { ...good, x: undefined },
    { ...good, x: 'AA' },
  ]
  expect(verify(text, wrong)).toBe('key-unknown')
  expect(verify(text, [...wrong, good])).toBeUndefined()
  expect(verify(made('RS256', weak), [jwk(weak)])).toBe('key-unknown')
})

test('a key of one kind does not serve an algorithm of another', () => {
  expect(verify(jws({ alg: 'RS256' }, {}, p256.privateKey, 'ES256'), [jwk(p256)])).toBe('key-unknown')
  const lying = { ...jwk(p256), kty: 'RSA' }
  expect(verify(jws({ alg: 'RS256' }, {}, p256.privateKey, 'ES256'), [lying])).toBe('key-unknown')
})

const header = encode({ alg: 'ES256' })

test('a compact JWS is read into three parts without verification', () => {
  const text = `${header}.${Buffer.from('{}').toString('base64url')}.AAAA`
  expect(readCompactJws(text)).toEqual({
    ...{ text, header: { alg: 'ES256' } },
    ...{ payload: Buffer.from('{}'), signature: Buffer.alloc(3) },
  })
})

test.each([
  ...['', '.', '..', 'a', 'abc.def', 'a.b.c.d.e', `${header}.e30`, `${header}.e30.AAAA.`, `.e30.AAAA`],
  ...[`${header}=.e30.AAAA`, `${header}.e30=.AAAA`, `${header}.e30.AAAA=`, `${header}.e30.AA==`],
  ...[
    `${header}.e30.AB`,
    `${header}.e31.AAAA`,
    `${header}.e30.A`,
    `${header}.e30.AA+A`,
    `${header}.e30.AA/A`,
  ],
  ...[
    ` ${header}.e30.AAAA`,
    `${header}.e30.AAAA\n`,
    `${header}.e3 0.AAAA`,
    `${header}.e30.AAAA\0`,
    `é.e30.AAAA`,
  ],
  ...[`bnVsbA.e30.AAAA`, `W10.e30.AAAA`, `e30x.e30.AAAA`],
  `${Buffer.from('{"alg":"ES256","alg":"none"}').toString('base64url')}.e30.AAAA`,
  `${Buffer.from('efbbbf7b7d', 'hex').toString('base64url')}.e30.AAAA`,
  `${Buffer.from('7b2261223a22ff227d', 'hex').toString('base64url')}.e30.AAAA`,
])('a compact JWS may not be %j', (text) => {
  expect(readCompactJws(text)).toBeUndefined()
})

test('a compact JWS may have 8 KiB and not a character more', () => {
  const text = (length: number) => `${header}.`.padEnd(length - 5, 'A') + '.AAAA'
  expect(readCompactJws(text(8192))?.text).toHaveLength(8192)
  expect(readCompactJws(text(8193))).toBeUndefined()
})

test('every text that is not a compact JWS gives a fault', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.constantFrom(
      '.',
      header,
      'e30',
      encode({ alg: 'ES256', b64: false }),
      encode({ alg: 'RS256', kid: '' }),
    ),
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
    fc.tuple(piece, piece, piece).map((pieces) => pieces.join('.')),
  )
  fc.assert(
    fc.property(text, (value) => {
      expect(verify(value, [jwk(p256), jwk(rsa)])).toBeTypeOf('string')
    }),
    { numRuns: 500 },
  )
})

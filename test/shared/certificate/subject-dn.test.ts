import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { readName } from '../../../shared/certificate/names.ts'
import {
  MalformedDistinguishedName,
  isReversed,
  isSameName,
  parseDistinguishedName,
} from '../../../shared/certificate/subject-dn.ts'
import { load } from '../../support/vectors.ts'

const { pairs, malformed, keyword_oids } = load(
  'dn-matching.json',
  z.strictObject({
    about: z.string(),
    rules: z.array(z.string()),
    keyword_oids: z.record(z.string(), z.string()),
    pairs: z.array(
      z.strictObject({
        id: z.string(),
        why: z.string(),
        a: z.string(),
        b: z.string(),
        equal: z.boolean(),
        rfc4518_would_match: z.optional(z.literal(true)),
        a_name_der: z.string(),
        b_name_der: z.string(),
      }),
    ),
    malformed: z.array(z.strictObject({ id: z.string(), dn: z.string(), why: z.string() })),
  }),
)

const certificateName = (base64: string) => readName(Buffer.from(base64, 'base64'))

async function equal(a: string, b: string): Promise<boolean> {
  return isSameName(await parseDistinguishedName(a), await parseDistinguishedName(b))
}

test.each(pairs)('the comparison $id of $a and $b is right: $why', async (pair) => {
  expect(await equal(pair.a, pair.b)).toBe(pair.equal)
  expect(await equal(pair.b, pair.a)).toBe(pair.equal)
})

test.each(pairs)(
  'the comparison $id is right against the name of a certificate',
  async ({ a, b, a_name_der, b_name_der, equal }) => {
    const [aName, bName] = [await certificateName(a_name_der), await certificateName(b_name_der)]
    expect(isSameName(await parseDistinguishedName(a), aName)).toBe(true)
    expect(isSameName(await parseDistinguishedName(b), bName)).toBe(true)
    expect(isSameName(await parseDistinguishedName(a), bName)).toBe(equal)
    expect(isSameName(await parseDistinguishedName(b), aName)).toBe(equal)
  },
)

test.each(Object.entries(keyword_oids))('the attribute type %s is %s in any case', async (keyword, oid) => {
  expect(await equal(`${keyword.toLowerCase()}=x`, `${oid}=X`)).toBe(true)
  expect(await equal(`${keyword}=x`, `${oid}=X`)).toBe(true)
})

test.each([
  ['the same attribute twice is not once', 'CN=a+CN=a', 'CN=a'],
  ['text that looks like hex is text', 'CN=\\#0500', 'CN=#0500'],
  ['a tab is not a space', 'CN=a\\09b', 'CN=a b'],
  ['a byte order mark is a character', 'CN=\\EF\\BB\\BFa', 'CN=a'],
  ['a NumericString is not a DirectoryString', 'CN=#120135', 'CN=5'],
  ['a constructed string is not a string', 'CN=#2C030C0178', 'CN=x'],
  ['a constructed string with bare content is not a string', 'CN=#2C0178', 'CN=x'],
  ['a context tag is not a string', 'CN=#8C0178', 'CN=x'],
])('names that look alike are not equal: %s', async (_why, a, b) => {
  expect(await equal(a, b)).toBe(false)
})

test.each([
  ['TeletexString is read as Latin-1', 'CN=#1404C3854665', 'CN=Ã\\C2\\85Fe'],
  ['UniversalString', 'CN=#1C080001F60000000041', 'CN=😀a'],
  ['VisibleString', 'CN=#1A0178', 'CN=x'],
  ['IA5String', 'CN=#160178', 'CN=x'],
  ['an escaped space before a hash', 'CN=\\ \\#0500', 'CN=\\#0500'],
  ['spaces around a hex value', 'CN = #0C0178 , O=c', 'CN=x,O=c'],
])('names in different spellings are equal: %s', async (_why, a, b) => {
  expect(await equal(a, b)).toBe(true)
})

test.each(malformed)('$dn is refused: $why', async ({ dn }) => {
  await expect(parseDistinguishedName(dn)).rejects.toThrow(MalformedDistinguishedName)
})

test.each([
  ['a lone surrogate', 'CN=a\ud800'],
  ['a surrogate after a backslash', 'CN=\\\ud83d\ude00'],
  ['a raw C1 control character', 'CN=a\u0085b'],
  ['only spaces', 'CN=   '],
  ['only an escaped space', 'CN=\\20'],
  ['an empty string in hex', 'CN=#0C00'],
  ['an unescaped hash in front', 'CN=#'],
  ['hex with a space inside', 'CN=#0C 0178'],
  ['half a byte after the value', 'CN=#0C01780'],
  ['letters after the value', 'CN=#0C0178zz'],
  ['an unescaped >', 'CN=a>b'],
  ['hex that is not UTF-8', 'CN=#0C01FF'],
  ['half a BMPString character', 'CN=#1E0100'],
  ['a lone surrogate in a BMPString', 'CN=#1E02D800'],
  ['a code point beyond Unicode', 'CN=#1C0400110000'],
  ['a malformed time', 'CN=#180130'],
  ['nesting without end', `CN=#${'3080'.repeat(200)}`],
  ['a keyword with a letter that folds to ASCII', 'TıTLE=x'],
  ['a keyword with the Kelvin sign', 'L\u212a=x'],
  ['a keyword of Object.prototype', 'constructor=x'],
  ['an OID under an arc that does not exist', '3.1=x'],
  ['an OID that ends in a dot', '2.5.=x'],
  ['a no-break space before the keyword', '\u00a0CN=x'],
  ['a bare hex pair cut by a comma', 'CN=\\4,1=x'],
])('a distinguished name with %s is refused', async (_why, dn) => {
  await expect(parseDistinguishedName(dn)).rejects.toThrow(MalformedDistinguishedName)
})

const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'CN',
      'O',
      '=',
      ',',
      '+',
      ' ',
      '\\',
      '\\,',
      '\\C3',
      '\\AB',
      '#',
      '#0C0178',
      '2.5.4.3',
      '"',
      ';',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.stringMatching(/^=#([0-9a-f]{2}){1,8}$/),
  ),
  { maxLength: 12 },
)

test('every text gives a name or MalformedDistinguishedName', async () => {
  await fc.assert(
    fc.asyncProperty(
      pieces.map((parts) => parts.join('')),
      async (text) => {
        const name = await parseDistinguishedName(text).catch((error: unknown) => error)
        if (!Array.isArray(name)) expect(name).toBeInstanceOf(MalformedDistinguishedName)
        else expect(name.length).toBeGreaterThan(0)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('every escaping of a value is read as that value', async () => {
  const hex = (character: string) =>
    Buffer.from(character)
      .toString('hex')
      .replace(/../g, (pair) => `\\${pair}`)
  const special = (character: string) => (/["+,;<>\\# =]/.test(character) ? `\\${character}` : hex(character))
  const plain = (character: string) => (/[\p{L}\p{N}]/u.test(character) ? character : hex(character))
  const value = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.nat(2)), {
    minLength: 1,
  })
  await fc.assert(
    fc.asyncProperty(value, async (characters) => {
      const text = characters.map(([character]) => character).join('')
      fc.pre(text.trim() !== '')
      const spelled = characters.map(([grapheme, way]) =>
        Array.from(grapheme, [hex, special, plain][way] ?? hex).join(''),
      )
      const der = Buffer.from(text)
      fc.pre(der.length < 128)
      const asHex = Buffer.concat([Buffer.from([0x0c, der.length]), der]).toString('hex')
      expect(await equal(`CN=${spelled.join('')}`, `CN=#${asHex}`)).toBe(true)
    }),
  )
})

test('a registered name has at most 2,048 characters', async () => {
  const name = (length: number) => `CN=${'x'.repeat(length - 3)}`
  expect(await parseDistinguishedName(name(2_048))).toHaveLength(1)
  await expect(parseDistinguishedName(name(2_049))).rejects.toThrow(MalformedDistinguishedName)
})

test.each([
  ['businessCategory', '2.5.4.15'],
  ['jurisdictionL', '1.3.6.1.4.1.311.60.2.1.1'],
  ['jurisdictionLocalityName', '1.3.6.1.4.1.311.60.2.1.1'],
  ['jurisdictionST', '1.3.6.1.4.1.311.60.2.1.2'],
  ['jurisdictionStateOrProvinceName', '1.3.6.1.4.1.311.60.2.1.2'],
  ['jurisdictionC', '1.3.6.1.4.1.311.60.2.1.3'],
  ['jurisdictionCountryName', '1.3.6.1.4.1.311.60.2.1.3'],
])('the attribute %s of open banking is %s', async (name, oid) => {
  expect(await equal(`${name}=x`, `${oid}=X`)).toBe(true)
})

test('a name is the reverse of another only if its RDNs have the other order, and not the parts of an RDN', async () => {
  const reversed = async (one: string, other: string) =>
    isReversed(await parseDistinguishedName(one), await parseDistinguishedName(other))
  expect(await reversed('CN=a,O=b+OU=c,C=d', 'C=d,OU=c+O=b,CN=a')).toBe(true)
  expect(await reversed('CN=a,O=b,C=d', 'CN=a,O=b,C=d')).toBe(false)
  expect(await reversed('CN=a,O=b,C=d', 'O=b,CN=a,C=d')).toBe(false)
  expect(await reversed('CN=a', 'CN=a')).toBe(false)
  expect(await reversed('CN=a,CN=a', 'CN=a,CN=a')).toBe(false)
})

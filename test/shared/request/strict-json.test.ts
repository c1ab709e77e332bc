import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonObject } from '../../../shared/request/strict-json.ts'

const read = (text: string) => parseJsonObject(Buffer.from(text))

test.each([
  ['{}', {}],
  [' {"a" : 1 , "b":[{"a":1},{"a":2}]}\n', { a: 1, b: [{ a: 1 }, { a: 2 }] }],
  ['{"a":"b\\"","b\\"":{"a":"a"}}', { a: 'b"', 'b"': { a: 'a' } }],
  ['{"a":"\\\\","b":"{\\"a\\":1,\\"a\\":2}"}', { a: '\\', b: '{"a":1,"a":2}' }],
  ['{"a":["a","a"],"A":"a"}', { a: ['a', 'a'], A: 'a' }],
  ['{"a":{"b":1},"b":2,"":3}', { a: { b: 1 }, b: 2, '': 3 }],
  ['{"é":"\\u00e9"}', { é: 'é' }],
])('JSON of %s is read', (text, value) => {
  expect(read(text)).toEqual(value)
})

test.each([
  ...['{"a":1,"a":1}', '{"a":1,"b":2,"\\u0061":3}', '{"a" :1, "a"\t:2}', '{"b":{"a":1,"a":2}}'],
  ...['{"b":[0,{"a":1,"a":2}]}', '{"a":[{}],"b":{"c":{}},"a":0}', '{"":1,"":2}'],
  ...['{"__proto__":1,"__proto__":2}', '{"a\\"":1,"a\\u0022":2}'],
])('a member that is there twice is refused: %s', (text) => {
  expect(() => JSON.parse(text) as unknown).not.toThrow()
  expect(read(text)).toBeUndefined()
})

test.each([
  ...['', ' ', '{', '{a:1}', "{'a':1}", '{"a":1,}', '{"a":1}{}', '{"a":01}', '{"a":NaN}', '{} x', '\0{}'],
])('no JSON is read from %j', (text) => {
  expect(read(text)).toBeUndefined()
})

test.each(['null', '[]', '[{"a":1}]', '"{}"', '1', 'true'])('no object is read from %s', (text) => {
  expect(read(text)).toBeUndefined()
})

test.each([
  ['a byte order mark', 'efbbbf7b7d'],
  ['a byte that is not UTF-8', '7b2261223a22ff227d'],
  ['an overlong form', '7b2261223a22c0af227d'],
  ['an encoded surrogate', '7b2261223a22eda080227d'],
  ['UTF-16', '7b007d00'],
])('JSON with %s is refused', (_name, hex) => {
  expect(parseJsonObject(Buffer.from(hex, 'hex'))).toBeUndefined()
})

test('a member named __proto__ is a member like others', () => {
  expect(Object.keys(read('{"__proto__":{"a":1}}') ?? {})).toEqual(['__proto__'])
  expect(read('{"__proto__":{"a":1}}')?.['a']).toBeUndefined()
})

test('long strings and deep nesting are read', () => {
  expect(read(`{"a":"${'\\"'.repeat(30_000)}"}`)).toEqual({ a: '"'.repeat(30_000) })
  expect(read(`{"a":${'['.repeat(4_000)}${']'.repeat(4_000)}}`)).toBeDefined()
})

test('every object is read as JSON.parse reads it, however it is spaced', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
      const text = JSON.stringify(object, undefined, indent)
      expect(read(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('a repeated name is found at every depth and beside all values', () => {
  const value = fc.jsonValue().map((json) => JSON.stringify(json))
  fc.assert(
    fc.property(fc.string(), value, value, fc.string(), (name, first, second, other) => {
      fc.pre(other !== name)
      const [member, between] = [JSON.stringify(name), JSON.stringify(other)]
      expect(read(`{"x":[{${member}:${first},${between}:${second},${member}:${second}}]}`)).toBeUndefined()
      expect(read(`{"x":[{${member}:${first}},{${member}:${second}}]}`)).toBeDefined()
    }),
  )
})

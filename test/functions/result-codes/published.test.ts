import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import { load } from '../../support/vectors.ts'

const root = new URL('../../../', import.meta.url).pathname

const published = Object.values(
  load(
    'published-codes.json',
    z.strictObject({ about: z.string(), codes: z.record(z.string(), z.array(z.string())) }),
  ).codes,
).flat()

/** Codes that are answered, and so provoked by the other files here. */
const answered = new Set([
  ...Object.values(refusalRows()).map(([code]) => code as string),
  ...globSync('functions/**/*.ts', { cwd: root })
    .flatMap((file) => readFileSync(`${root}${file}`, 'utf8').match(/'A\d{6}'/g) ?? [])
    .map((code) => code.slice(1, -1)),
])

/** Published codes that cannot occur here, by the reason why. */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'an empty member counts as left out, so the code for a missing one is answered': [
    ...['A004301', 'A047301', 'A113301', 'A145301'],
  ],
  'the service is part of every key: an object of another service is answered as unknown': [
    ...['A001213', 'A026202', 'A027202', 'A041203', 'A048305', 'A050306', 'A053306', 'A057303', 'A059203'],
    ...['A107202', 'A116303', 'A134203', 'A161203'],
  ],
  'deleted clients and services leave nothing behind: they are answered as unknown': [
    ...['A001214', 'A003202', 'A010306', 'A048321', 'A048322', 'A244311'],
  ],
  'no number: one that names no client is answered as unknown, in any form': [
    ...['A001216', 'A010308', 'A048323'],
  ],
  'the older family of a check of which the newer one is answered': [
    ...['A048346', 'A048351', 'A048352', 'A048353', 'A048354', 'A048355', 'A048356'],
    ...['A114301', 'A114304', 'A114306', 'A114307', 'A114308', 'A114311', 'A114312', 'A114313'],
    ...['A116304', 'A032218', 'A047101'],
  ],
  'a second code of a check that has one check and one code here': [
    // For A158305, A157312, A157397, A048304, A048324, A050305, A053305, A157309.
    ...['A244302', 'A244303', 'A244304', 'A244306', 'A244307', 'A244310', 'A244314', 'A158302', 'A158303'],
    // For A157313, A157328, A157329, A053305, A051308 for A052303.
    ...['A157306', 'A157331', 'A157332', 'A157341', 'A157350', 'A157351', 'A157352', 'A065306', 'A053310'],
    ...['A051308'],
    // For A037201 and A001215 for the codes of each endpoint.
    ...['A035201', 'A001215'],
  ],
  'redirect URIs are compared as strings with the registered ones: a text that is not a URI is not registered':
    [...['A011314', 'A011315', 'A011316']],
  'a client of any type without a redirect URI is refused (A011309), and openid asks for none': [
    ...['A011312', 'A011318'],
  ],
  'a failure of the store is 503, A001191, at every API': ['A045101', 'A050101', 'A057101', 'A135101'],
  'one code for a JWT that cannot be made, A050202; none is made at issue': ['A045202', 'A108205'],
  'values of tokens are made here: a chosen one is refused by name, A001297': [
    ...['A108202', 'A108203', 'A108204', 'A144201', 'A144202'],
  ],
  'the password grant is not offered': [
    ...['A051001', 'A051301', 'A051302', 'A051304', 'A051305', 'A054001', 'A055201', 'A055202', 'A055203'],
    ...['A055301', 'A061301', 'A063201', 'A063202', 'A063203', 'A063301', 'A067201', 'A067301', 'A067302'],
    ...['A067303', 'A111201', 'A111202', 'A111203'],
  ],
  'after every failure of the check of a path, the path is invalid: A157339': ['A157101', 'A157102'],
  'a thumbprint of what can be parsed can be calculated': ['A089309'],
  'the Web API itself asks its callers for no certificate': ['A001307', 'A001308', 'A001309'],
  'deletion is 204 without a body': ['A026001', 'A034001', 'A161001', 'A161201', 'A161202'],
  'TLS is the gateway’s: nothing arrives without': ['A001201'],
  'services have no lock, and no feature is sold apart': ['A003203', 'A001223'],
  'a service without response types has the default': ['A039202'],
}

test('every published code is answered, or there is a reason why it cannot be', () => {
  const explained = new Set(Object.values(NOT_HERE).flat())
  const open = published.filter((code) => !answered.has(code) && !explained.has(code))
  expect(open, 'answer them, or add them with the reason to NOT_HERE in published.test.ts').toEqual([])
})

test('no code is both answered and listed as never answered', () => {
  const both = Object.values(NOT_HERE)
    .flat()
    .filter((code) => answered.has(code))
  expect(both, 'take them out of NOT_HERE in published.test.ts').toEqual([])
})

test('every code that is listed as never answered is published, and listed once', () => {
  const explained = Object.values(NOT_HERE).flat()
  expect(explained.filter((code) => !published.includes(code))).toEqual([])
  expect(explained.filter((code, index) => explained.indexOf(code) < index)).toEqual([])
})

test('every code that is answered is published, or one of ours', () => {
  const isOurs = (code: string) => Number(code.slice(-2)) >= 91
  expect([...answered].filter((code) => !isOurs(code) && !published.includes(code))).toEqual([])
})

import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resultCodes } from '../../../infra/reference/result-codes.ts'
import GROUPS from '../../../infra/reference/result-codes.json' with { type: 'json' }
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import { ROUTES } from '../../support/gateway.ts'

const root = new URL('../../../', import.meta.url).pathname
const rows = Object.values(refusalRows())
const codes = GROUPS.flatMap((group) => group.codes)

test('a route has the codes of its endpoint, of its access and of what it reads', () => {
  const update = ROUTES['/api/client/update/{clientId}']
  const found = update && resultCodes(update)
  expect(found).toEqual(expect.arrayContaining(['A029201', 'A001291', 'A001293']))
  expect(found).not.toContain('A027201')
})

test('each code is listed once, and is one that certbound answers', () => {
  const successes = globSync('functions/**/*.ts', { cwd: root }).flatMap(
    (file) => readFileSync(`${root}${file}`, 'utf8').match(/(?<=')A\d{6}(?=')/g) ?? [],
  )
  const known = new Set<string>([...rows.flatMap(([code, , error]) => [code, error]), ...successes])
  expect(codes.filter((code, index) => codes.indexOf(code) < index || !known.has(code))).toEqual([])
})

test('every success and every refusal of the Web API is listed', () => {
  const onOAuthFace = ['A001192', 'A057391', 'A057392', 'A145392', 'A157391', 'A244391']
  const missing = rows.map(([code]) => code as string).filter((code) => !codes.includes(code))
  expect([...new Set(missing)].sort()).toEqual(onOAuthFace)
})

test('a group of codes names endpoints, faces, kinds of access or inputs of routes', () => {
  const traits = Object.values(ROUTES).flatMap(({ endpoint, face, access }) => [endpoint, face, access])
  const known = new Set<string>([...traits, 'organization', 'body', 'query'])
  expect(GROUPS.flatMap(({ at }) => at).filter((trait) => !known.has(trait))).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type FunctionName, FUNCTIONS, KEYED_ROUTES } from '../../../infra/aws/template/functions.ts'
import type { Rights } from '../../../infra/aws/template/rights.ts'
import { plainRate } from '../../../infra/aws/template/stages.ts'
import { ROOT } from '../../../infra/root.ts'
import { exampleSettings } from './packaged-template.ts'

const page = (name: string) => readFileSync(join(ROOT, `docs/${name}.md`), 'utf8').replaceAll(/\s+/g, ' ')
const WORDS = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
const word = (count: number) => WORDS[count] ?? String(count)

test('the manual of operations counts the roles and the requests a second as the template has them', async () => {
  const readsKeys = ([, { reads = [] }]: [FunctionName, Rights]) => reads.includes('signingKeys')
  const others = FUNCTIONS.filter((each) => !readsKeys(each))
  expect(others.map(([name]) => name)).toContain('management')
  const roles = `${word(others.length)} of the ${word(FUNCTIONS.length)} roles may not read that partition`
  expect(page('operations').toLowerCase()).toContain(roles)
  const sum = plainRate(await exampleSettings()).toLocaleString('en-US')
  expect(page('operations')).toContain(`add up to ${sum} a second by default`)
})

test('the manual of deployments counts the routes as the functions declare them', () => {
  expect(page('deploy')).toContain(`${KEYED_ROUTES.length} of them routes`)
})

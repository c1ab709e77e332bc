import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type FunctionName, FUNCTIONS, GATEWAY_ROUTES } from '../../../infra/aws/template/functions.ts'
import type { Rights } from '../../../infra/aws/template/rights.ts'
import { archiveKey } from '../../../infra/aws/template/releases.ts'
import { plainRate } from '../../../infra/aws/template/stages.ts'
import { ROOT } from '../../../infra/root.ts'
import project from '../../../package.json' with { type: 'json' }
import { exampleSettings, packagedTemplate } from './packaged-template.ts'

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
  expect([roles, page('operations').toLowerCase().includes(roles)]).toEqual([roles, true])
  const sum = `add up to ${plainRate(await exampleSettings()).toLocaleString('en-US')} a second by default`
  expect([sum, page('operations').includes(sum)]).toEqual([sum, true])
})

test('the manual of deployments counts the routes as the functions declare them', () => {
  const routes = `${GATEWAY_ROUTES.length} of them routes`
  expect([routes, page('deploy').includes(routes)]).toEqual([routes, true])
})

test('the examples for other tools name archives and parameters as the template does', async () => {
  const { template } = await packagedTemplate()
  const { Parameters = {} } = template as { Parameters?: Readonly<Record<string, object>> }
  const text = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
  const logical = (name: string) =>
    name
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
  const archives = FUNCTIONS.map(([name]) => `${logical(name)}Archive`)
  expect(Object.keys(Parameters).sort()).toEqual(['Bucket', 'TruststoreVersion', ...archives].sort())
  expect(archiveKey('token', 'SHA')).toBe('archives/SHA/token.zip')
  expect(text).toContain('key      = "archives/${filesha256("dist/${each.key}.zip")}/${each.key}.zip"')
  for (const command of [...text.matchAll(/command: npm run (\w+)/g)].map(([, name]) => name))
    expect(Object.keys(project.scripts)).toContain(command)
})

import { CelEngine, TemplateFile } from '@aws/cloudformation-validate'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const file = join(import.meta.dirname, '../../../infra/examples/audit/data-events.yml')

test('the validator of AWS accepts the template of a trail with the item calls of registry and records', () => {
  const engine = new CelEngine()
  onTestFinished(() => engine.free())
  const options = { severityLevel: 'WARN' as const, pseudoParameterOverrides: { region: 'eu-central-1' } }
  const { diagnostics } = engine.validateDetailed(new TemplateFile(file), options)
  expect(diagnostics).toEqual([])
})

test('the trail selects data events of both tables, and its files are validated and outlive the stack', () => {
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('{ Field: eventCategory, Equals: [Data] }')
  expect(text.match(/:table\/\$\{(Registry|Audit)Table\}'/g)).toHaveLength(2)
  expect(text).toMatch(/EnableLogFileValidation: true/)
  expect(text).toMatch(/DeletionPolicy: Retain\n {4}UpdateReplacePolicy: Retain/)
})

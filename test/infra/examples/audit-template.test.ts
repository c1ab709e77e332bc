import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const file = join(import.meta.dirname, '../../../infra/examples/audit/data-events.yml')

test('the trail selects data events of both tables, and its files are validated and outlive the stack', () => {
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('{ Field: eventCategory, Equals: [Data] }')
  expect(text.match(/:table\/\$\{(Registry|Audit)Table\}'/g)).toHaveLength(2)
  expect(text).toMatch(/EnableLogFileValidation: true/)
  expect(text).toMatch(/DeletionPolicy: Retain\n {4}UpdateReplacePolicy: Retain/)
})

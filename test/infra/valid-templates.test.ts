import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { ROOT } from '../../infra/root.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { packagedTemplate } from './aws/packaged-template.ts'

/** The members that are read here. The types of the package cannot be resolved. */
interface Diagnostic {
  severity: string
  ruleId: string
  message: string
  entity?: { logicalId?: string }
}

// It takes seconds to load and to start, so all templates are in this file.
const validator = process.env['LONG'] === undefined ? undefined : await import('@aws/cloudformation-validate')
const engine = validator === undefined ? undefined : new validator.CelEngine()
beforeEach(({ skip }) => {
  if (validator === undefined) skip('it takes seven seconds: with LONG=1 it runs, as in .ci/run')
})
afterAll(() => engine?.free())

function complaints(file: string, region: string, ...ids: readonly string[]): string[] {
  if (validator === undefined || engine === undefined) return ['the validator is left out']
  const { diagnostics } = engine.validateDetailed(new validator.TemplateFile(file), {
    severityLevel: 'WARN',
    exclude: { ids: [...ids] },
    pseudoParameterOverrides: { region },
  })
  return (diagnostics as Diagnostic[]).map(
    ({ severity, ruleId, entity, message }) => `${severity} ${ruleId} ${entity?.logicalId ?? ''}: ${message}`,
  )
}

async function complaintsOfText(text: string): Promise<string[]> {
  const file = join(await temporaryFolder(), 'template.json')
  await writeFile(file, text)
  // osls writes a dependency twice.
  return complaints(file, 'eu-central-1', 'W3005')
}

test.each([
  ['infra/aws/template/truststore.json', 'eu-central-1'],
  ['infra/examples/audit/data-events.yml', 'eu-central-1'],
  ['infra/examples/waf/plain-domain.yml', 'us-east-1'],
  ['infra/examples/authorizer/http-api.yml', 'eu-west-1'],
  ['infra/examples/authorizer/rest-api.yml', 'eu-west-1'],
])('the validator of CloudFormation finds neither errors nor warnings in %s', (name, region) => {
  expect(complaints(join(ROOT, name), region)).toEqual([])
})

test('the validator of CloudFormation finds no fault in the template of a deployment, and finds a planted error', async () => {
  const { text, template } = await packagedTemplate()
  expect(await complaintsOfText(text)).toEqual([])
  Object.assign(template.Resources['MtlsDomain']?.Properties ?? {}, { DomainNames: ['x'] })
  expect((await complaintsOfText(JSON.stringify(template))).join()).toMatch(/(FATAL|ERROR) \w+ MtlsDomain/)
})

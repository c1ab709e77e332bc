import { expect, test } from 'vitest'
import { ACCEPTED } from './accepted-findings.ts'
import { type Finding, judge } from './audit-template.ts'

/** A finding for each reason. */
const KNOWN: readonly Finding[] = ACCEPTED.flatMap(({ rules, resources }) =>
  rules.map((rule) => {
    const resource = resources === undefined ? 'TokenLambdaFunction' : named(resources)
    return { template: 'main', rule, resource, description: 'something' }
  }),
)

function named(resources: RegExp): string {
  const found = ['HttpApiRouteAnyToken', 'TokenRole', 'GrantsTable', 'RegistryTable'].find((id) =>
    resources.test(id),
  )
  if (found === undefined) throw new Error(`nothing is like ${String(resources)}`)
  return found
}

test('findings with a reason pass the audit of the templates', () => {
  expect(judge(KNOWN)).toEqual([])
})

test('a new finding fails the audit of the templates, also of a known rule for another resource', () => {
  const other = {
    template: 'main',
    rule: 'AwsSolutions-APIG4',
    resource: 'OtherApi',
    description: 'no authorization',
  }
  expect(judge([...KNOWN, other])).toEqual(['main: OtherApi: AwsSolutions-APIG4: no authorization'])
})

test('a reason that no finding needs any more fails the audit of the templates', () => {
  expect(judge(KNOWN.filter(({ rule }) => !rule.endsWith('LambdaDLQ')))).toEqual([
    'nothing is found any more by NIST.800.53.R5-LambdaDLQ: take its reason away',
  ])
})

test('each reason is a sentence', () => {
  for (const { reason } of ACCEPTED) expect(reason).toMatch(/^[A-Z].*[.]$/)
})

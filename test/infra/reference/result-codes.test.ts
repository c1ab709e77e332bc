import { expect, test } from 'vitest'
import { deployedRoutes } from '../../../infra/reference/operations.ts'
import { codesOf } from '../../../infra/reference/result-codes.ts'
import { REFUSALS } from '../../../shared/refusal/refusal.ts'

test('the codes of an endpoint are those that its code names, however far away', () => {
  const { successes, reasons } = codesOf('/auth/authorization/ticket/info')
  expect(successes).toEqual(['A041091'])
  expect(reasons).toContain('info-ticket-unknown')
  expect(reasons).toContain('role-too-small')
  expect(reasons).not.toContain('info-missing')
  expect(codesOf('/auth/token').reasons).toContain('tls-key-weak')
  expect(codesOf('/auth/introspection').reasons).not.toContain('tls-key-weak')
})

test('every way to be refused belongs to an endpoint', () => {
  const named = new Set(
    [...deployedRoutes().map(({ endpoint }) => endpoint), '/api'].flatMap(
      (endpoint) => codesOf(endpoint).reasons,
    ),
  )
  expect(Object.keys(REFUSALS).filter((reason) => !named.has(reason as keyof typeof REFUSALS))).toEqual([])
})

test('an endpoint that no route has is no endpoint', () => {
  expect(() => codesOf('/nothing')).toThrow('no route is called /nothing')
})

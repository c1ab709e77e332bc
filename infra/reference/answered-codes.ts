import type { Route } from '../../shared/lambda/route.ts'
import { REFUSALS } from '../../shared/refusal/refusal.ts'
import type { Row } from '../../shared/refusal/row.ts'
import { ANSWERS } from './answers.ts'
import { insideOf, type JsonSchema, nameOf } from './json-schemas.ts'
import { codesOf } from './result-codes.ts'

/** The result codes of a route: those that its code names, without refusals whose action it cannot answer. */
export function answeredCodes({ endpoint }: Route, schemas: Readonly<Record<string, JsonSchema>>) {
  const { successes, reasons } = codesOf(endpoint)
  const { body } = ANSWERS[endpoint] ?? { body: 'text' }
  const schema = typeof body === 'object' ? schemas[nameOf(body, endpoint, 'Response')] : undefined
  const actions = schema && actionsIn(schema)
  const refusals = reasons
    .map((reason): Row => REFUSALS[reason])
    .filter(([, action]) => typeof action === 'number' || !actions?.size || actions.has(action))
  return { successes, refusals }
}

function actionsIn(schema: JsonSchema): Set<string> {
  const all = [schema, ...insideOf(schema)]
  return new Set(all.flatMap(({ properties }) => properties?.['action']?.enum ?? []))
}

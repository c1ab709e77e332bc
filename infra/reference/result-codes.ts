import type { Route } from '../../shared/lambda/route.ts'
import GROUPS from './result-codes.json' with { type: 'json' }

/**
 * The result codes of a route, or its errors on the OAuth face.
 *
 * The file contains each code once, with the endpoints that answer with it, or with a common trait: the credentials that they require
 * or accept, or that they read a body or a query. Tests compare it with all answers that they get (test/support/checked-answers.ts),
 * and a complete run fails for a code without an answer (test/support/tested-codes).
 */
export function resultCodes({ endpoint, access, organization, face, methods, call }: Route): string[] {
  const reads =
    call === undefined
      ? []
      : methods.map((method) => (method === 'GET' || method === 'DELETE' ? 'query' : 'body'))
  const traits = [endpoint, access, face, ...(organization === true ? ['organization'] : []), ...reads]
  const groups = GROUPS.filter(({ at }) => at.some((trait) => traits.includes(trait)))
  return groups.flatMap(({ codes }) => codes).sort()
}

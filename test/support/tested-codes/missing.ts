import { ROUTES } from '../../../infra/deployed-routes.ts'
import { resultCodes } from '../../../infra/reference/result-codes.ts'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import type { CodesRecord } from './record.ts'
import { untestedReasons } from './untested.ts'

/** A line for each reason that no test provokes and asserts, and for each code that the reference has and no endpoint answered. */
export function missingIn(records: readonly CodesRecord[]): string[] {
  const routes = Object.values(ROUTES)
  const shown = new Set(routes.filter(({ face }) => face !== 'oauth').flatMap(resultCodes))
  const answered = new Set(records.flatMap((record) => record.answered))
  const silent = [...shown].filter((code) => {
    const endpoints = routes.filter((route) => resultCodes(route).includes(code))
    return !endpoints.some(({ endpoint }) => answered.has(`${endpoint} ${code}`))
  })
  return [
    ...untestedReasons(refusalRows(), shown, records).map(
      (reason) => `No test of test/functions or test/clients provokes ${reason} and asserts its code.`,
    ),
    ...silent.map((code) => `The reference has ${code}, but no test got it from an endpoint that has it.`),
  ]
}

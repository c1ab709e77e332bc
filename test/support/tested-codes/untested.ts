import type { Row } from '../../../shared/refusal/row.ts'
import type { CodesRecord } from './record.ts'

/**
 * The reasons of a table that no test provokes and asserts: one test must do both, so that two reasons with swapped codes fail it.
 *
 * @param shown the result codes that answers have. Only the error of OAuth shows the others.
 */
export function untestedReasons(
  table: Readonly<Record<string, Row>>,
  shown: ReadonlySet<string>,
  records: readonly CodesRecord[],
): string[] {
  const tested = new Set(
    records.flatMap(({ logged, asserted }) =>
      logged.filter((reason) => {
        const [code, , error] = Object.hasOwn(table, reason) ? (table[reason] as Row) : []
        return code !== undefined && error !== undefined && asserted.includes(shown.has(code) ? code : error)
      }),
    ),
  )
  return Object.keys(table).filter((reason) => !tested.has(reason))
}

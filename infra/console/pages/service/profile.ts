import { html, type Markup } from '../../../markup.ts'
import { FIELDS } from '../../settings/fields.ts'
import { SCHEMAS, type JsonSchema } from '../../settings/schemas.ts'
import { valueIn, words } from '../../settings/values.ts'
import { wideTable } from '../../table.ts'
import type { Members } from '../../web-api.ts'
import { markdown, yesOrNo } from '../../words.ts'

/** A row of the profile. */
interface Row {
  readonly allows: JsonSchema
  /** The allowed values. Markdown. */
  readonly words: string
  /** The section of the FAPI 2.0 Security Profile. */
  readonly clause: string
}

const PROFILE = SCHEMAS['ServiceSettings']?.properties?.['fapi2'] ?? {}
const REQUIRED = Object.entries(PROFILE['x-requires'] as Readonly<Record<string, Row>>)
const RULES = PROFILE['x-rules'] as readonly Omit<Row, 'allows'>[]

/** The rules of the profile, and each setting of the service that it requires, with the stored value. */
export function aboutProfile(record: Members): Markup {
  const rows = REQUIRED.flatMap(([name, row]) => {
    const field = FIELDS.service.get(name)
    if (field === undefined) return []
    const value = valueIn(record, field)
    return html`<tr>
      <td>${field.label}<br /><code>${name}</code></td>
      <td>${markdown(row.words)}</td>
      <td>${yesOrNo(isAllowed(value, row.allows))} ${words(field, value)}</td>
      <td>${row.clause}</td>
    </tr>`
  })
  return html`<p>If the switch is on:</p>
    <ul>
      ${RULES.map((rule) => html`<li>${markdown(rule.words)} (${rule.clause})</li>`)}
      <li>Clients that violate the profile are refused when they are used.</li>
      <li>
        A change of this service or of a client that violates the profile is refused, and the refusal names
        each setting.
      </li>
    </ul>
    <h2>Settings of the service</h2>
    ${wideTable({ label: 'Settings that the profile requires' }, ['Setting', 'Required', 'Stored', 'Section'], rows)}`
}

/** The part of JSON Schema that the profile uses. */
function isAllowed(value: unknown, { const: only, maximum, enum: values, items }: JsonSchema): boolean {
  if (only !== undefined) return value === only
  if (value === undefined) return true
  if (typeof maximum === 'number') return typeof value === 'number' && value <= maximum
  if (items !== undefined) return Array.isArray(value) && value.every((item) => isAllowed(item, items))
  return values?.some((each) => each === value) === true
}

import { html, type Markup } from '../../../markup.ts'
import { countOf, nameOf, readClients } from '../../clients.ts'
import type { ConsoleRequest } from '../../page.ts'
import { idOf } from '../../settings/controls.ts'
import { FIELDS } from '../../settings/fields.ts'
import { labelOf } from '../../settings/labels.ts'
import { needsOf } from '../../settings/methods.ts'
import type { Read } from '../../settings/settings-page.ts'
import { SCHEMAS, type JsonSchema } from '../../settings/schemas.ts'
import type { Members } from '../../web-api.ts'
import { markdown } from '../../words.ts'

/** A row of the profile. */
interface Row {
  readonly allows: JsonSchema
  /** The allowed values. Markdown. */
  readonly words: string
  /** The section of the FAPI 2.0 Security Profile. */
  readonly clause: string
  /** A setting that takes the place of this one if it is on. */
  readonly unless?: string
}

const PROFILE = SCHEMAS['ServiceSettings']?.properties?.['fapi2'] ?? {}
const REQUIRED = PROFILE['x-requires'] as Readonly<Record<string, Row>>
const RULES = PROFILE['x-rules'] as readonly Omit<Row, 'allows'>[]

export const REQUIRED_SETTINGS = Object.keys(REQUIRED).filter((name) => FIELDS.service.has(name))

/** The settings of the service that violate the profile. */
function violations(valueOf: (name: string) => unknown): string[] {
  return REQUIRED_SETTINGS.filter((name) => !isAllowed(valueOf(name), REQUIRED[name]?.allows ?? {}))
}

/** The rules of the profile, the settings of the service that violate it, and a button that sets them all. */
export function aboutProfile(values: ReadonlyMap<string, unknown>): Markup {
  const wrong = violations((name) => values.get(name))
  return html`<p>If the switch is on:</p>
    <ul>
      ${RULES.map((rule) => html`<li>${markdown(rule.words)} (${rule.clause})</li>`)}
      <li>Clients that violate the profile are refused when they are used.</li>
    </ul>
    <p>
      ${wrong.length === 0 ? 'Each setting of the service allows it.' : 'These settings violate the profile:'}
    </p>
    <ul>
      ${wrong.map((name) => html`<li><a href="#${idOf(name)}">${labelOf(name)}</a> <code>${name}</code></li>`)}
    </ul>
    <div class="actions"><a class="button" href="?profile">Set all of them, and the switch</a></div>`
}

/** The allowed values at each setting that violates the profile. */
export function profileNotes(record: Members): Record<string, Markup> {
  const note = ({ words, clause }: Row) => html`<p>FAPI 2.0 requires ${markdown(words)} (${clause}).</p>`
  const wrong = violations((name) => record[name])
  return Object.fromEntries(wrong.map((name) => [name, note(REQUIRED[name] as Row)]))
}

/** Sets all that violates the profile if the query asks for it. An algorithm stays, because it needs a key, which the page of keys makes. */
export function setProfile({ form, query }: ConsoleRequest, values: Map<string, unknown>): void {
  if (form.size > 0 || !query.has('profile')) return
  values.set('fapi2', true)
  for (const name of violations((one) => values.get(one)))
    values.set(name, nearestAllowed(values.get(name), REQUIRED[name]?.allows ?? {}))
}

function nearestAllowed(value: unknown, { const: only, maximum, items }: JsonSchema): unknown {
  if (only !== undefined || maximum !== undefined) return only ?? maximum
  if (items === undefined || !Array.isArray(value)) return value
  const kept = value.filter((item) => isAllowed(item, items))
  return kept.length > 0 ? kept : items.enum
}

/** The clients that the switch would refuse. */
export async function refusedClients(
  request: ConsoleRequest,
  { record }: Read,
  values: ReadonlyMap<string, unknown>,
): Promise<Markup | undefined> {
  if (values.get('fapi2') !== true || record['fapi2'] === true) return undefined
  const { list, next } = await readClients(request)
  const refused = list
    .map((client) => ({ client, wrong: violationsOfClient(client) }))
    .filter(({ wrong }) => wrong.length > 0)
  const root = `/${request.params['serviceId'] ?? ''}/clients`
  const items = refused.map(
    ({ client, wrong }) =>
      html`<li>
        <a href="${root}/${String(client['clientId'])}/general">${nameOf(client)}</a>: ${wrong.join(', ')}
      </li>`,
  )
  return html`<p>
      <strong>${countOf(refused.length)} will be refused</strong>, of
      ${next === undefined ? 'all' : 'the first'} ${countOf(list.length)}. Unbound tokens of all clients are
      refused too.
    </p>
    <ul>
      ${items}
    </ul>`
}

const OF_CLIENTS = SCHEMAS['ClientSettings']?.properties?.['fapi2']?.['x-requires'] as typeof REQUIRED

function violationsOfClient(client: Members): string[] {
  // A client that signs assertions and has registered no algorithm may use any.
  const isSigning = needsOf(client['tokenAuthMethod']) === 'keys'
  const tokenAuthSignAlg = isSigning ? (client['tokenAuthSignAlg'] ?? 'any') : undefined
  const known: Members = { ...client, tokenAuthSignAlg }
  const isWrong = ([name, { allows, unless = '' }]: readonly [string, Row]) =>
    known[unless] !== true && !isAllowed(known[name], allows)
  return Object.entries(OF_CLIENTS)
    .filter(isWrong)
    .map(([name]) => name)
}

/** The part of JSON Schema that the profile uses. */
function isAllowed(value: unknown, allows: JsonSchema): boolean {
  const { const: only, maximum, enum: values, items, pattern } = allows
  if (only !== undefined) return (value ?? false) === only
  if (value === undefined) return true
  if (typeof maximum === 'number') return typeof value === 'number' && value <= maximum
  if (items !== undefined) return Array.isArray(value) && value.every((item) => isAllowed(item, items))
  if (typeof pattern === 'string') return typeof value === 'string' && new RegExp(pattern).test(value)
  return values?.some((each) => each === value) === true
}

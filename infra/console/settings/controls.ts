import { dropArea } from '../certificate-field.ts'
import { isJsonObject } from '../../../shared/json.ts'
import { html, type Markup } from '../../markup.ts'
import { durationWords } from '../words.ts'
import type { Field } from './fields.ts'
import { keysOf, registeredList } from './registered.ts'
import { attributeLines, isDuration, setName, textOf } from './values.ts'

export interface ControlView {
  /** The result of `valueIn`, or the text that cannot be read. */
  readonly value: unknown
  /** The ids of the elements that describe the control. */
  readonly describedBy: string
  readonly isWrong: boolean
  /** Whether it is the first control with an error, which gets the focus. */
  readonly isFirst: boolean
  readonly now: Date
}

export const idOf = (path: string) => `setting-${path}`

/** Whether the control needs the width of the page. */
export function isBroad({ control: { kind } }: Field): boolean {
  return ['json', 'keys', 'lines', 'certificates', 'pairs', 'scopes'].includes(kind)
}

/** Whether the value of the setting is in several controls. */
export function isParted({ control: { kind } }: Field): boolean {
  return kind === 'choices' || kind === 'pairs' || kind === 'scopes'
}

/** Whether several controls belong to the setting, so that it is a group with a legend. */
export function isGroup(field: Field): boolean {
  return isParted(field) || field.isAbsentable
}

/** The control of a setting, without its label. */
export function controlOf(field: Field, shown: ControlView): Markup {
  const { path, isAbsentable, label } = field
  const inner = inputOf(field, shown)
  if (!isAbsentable) return inner
  return html`<label class="tick">
      <input type="checkbox" name="${setName(path)}" ${shown.value !== undefined && checked} />
      Set this list
    </label>
    <label class="hidden" for="${idOf(path)}">${label}</label>
    ${inner}`
}

const checked = html`checked`

function about(path: string, { describedBy, isWrong, isFirst }: ControlView): Markup {
  return html`id="${idOf(path)}" name="${path}" aria-describedby="${describedBy}"
  ${isWrong && html`aria-invalid="true"`} ${isFirst && html`autofocus`}`
}

function inputOf(field: Field, shown: ControlView): Markup {
  const { path, control } = field
  const { value } = shown
  const common = about(path, shown)
  const list = Array.isArray(value) ? (value as readonly unknown[]) : []
  const withList = (items: readonly unknown[], box: Markup) =>
    html`${registeredList(path, items, shown)}${dropArea(path, box, 'add')}`
  switch (control.kind) {
    case 'switch':
      return html`<input
        type="checkbox"
        role="switch"
        class="switch"
        ${common}
        ${value === true && checked}
      />`
    case 'choice':
      return choice(control.values, value, common)
    case 'choices':
      return html`${[...new Set([...control.values, ...list.map(String)])].map((one) => tick(path, one, list.includes(one)))}`
    case 'number':
      return html`<input
          type="${typeof value === 'string' ? 'text' : 'number'}"
          inputmode="numeric"
          ${common}
          value="${textOf(value)}"
          ${control.min !== undefined && html`min="${control.min}"`}
          ${control.max !== undefined && html`max="${control.max}"`}
          step="${control.isWhole ? '1' : 'any'}"
        />
        ${isDuration(path) && html`<span class="beside">seconds${inWords(value)}</span>`}`
    case 'text':
      return html`<input type="text" spellcheck="false" ${common} value="${textOf(value)}" />`
    case 'json':
      return area(common, textOf(value), 8)
    case 'lines':
      return area(common, list.map(String).join('\n'), Math.min(list.length + 2, 10))
    case 'certificates':
      return withList(list, area(common, list.map(String).join('\n'), 8))
    case 'keys':
      return withList(keysOf({ jwks: value }), area(common, textOf(value), 8))
    case 'pairs':
      return growing([...list, {}, {}].map((item, index) => pair(path, control.members, item, index)))
    case 'scopes':
      return growing([...list, {}, {}].map((scope, index) => scopeRow(path, scope, index)))
    case 'other':
      return html`<p>This setting has its own page.</p>`
  }
}

/** Rows, with empty ones at the end. settings.js adds more; without it, every review does. */
function growing(rows: readonly Markup[]): Markup {
  return html`<div data-grows>${rows}</div>`
}

function inWords(value: unknown): string {
  return typeof value === 'number' && value >= 0 ? ` (${durationWords(value)})` : ''
}

/** An unknown value remains a choice, because a newer deployment may have more values. */
function choice(values: readonly string[], value: unknown, common: Markup): Markup {
  const all = [
    '',
    ...values,
    ...(value === undefined || values.includes(textOf(value)) ? [] : [textOf(value)]),
  ]
  const options = all.map(
    (one) =>
      html`<option value="${one}" ${one === textOf(value) && html`selected`}>${one || 'not set'}</option>`,
  )
  return html`<select ${common}>
    ${options}
  </select>`
}

export function tick(path: string, value: string, isOn: boolean): Markup {
  return html`<label class="tick">
    <input type="checkbox" name="${path}" value="${value}" ${isOn && checked} />
    <code>${value}</code>
  </label>`
}

/** Browsers drop one line end after the tag. */
function area(common: Markup, text: string, rows: number): Markup {
  return html`<textarea ${common} rows="${rows}" spellcheck="false">${'\n'}${text}</textarea>`
}

function pair(path: string, members: readonly [string, string], item: unknown, index: number): Markup {
  const inputs = members.map((name) => {
    const value = isJsonObject(item) ? textOf(item[name]) : ''
    const label = `${name} ${index + 1}`
    return html`<input name="${path}.${name}" aria-label="${label}" placeholder="${name}" value="${value}" />`
  })
  return html`<div class="pair">${inputs}</div>`
}

/** A scope. Its members without a control are sent unchanged. An empty name removes it. */
function scopeRow(path: string, scope: unknown, index: number): Markup {
  const { name, description, defaultEntry, attributes, ...rest } = isJsonObject(scope) ? scope : {}
  const lines = attributeLines(attributes)
  const others = lines === undefined ? { ...rest, attributes } : rest
  const input = (member: string, value: unknown) =>
    html`<label
      >${member} <input name="${path}.${index}.${member}" value="${textOf(value)}" spellcheck="false"
    /></label>`
  return html`<fieldset class="scope">
    <legend class="hidden">${name === undefined ? 'New scope' : `Scope ${textOf(name)}`}</legend>
    ${input('name', name)}${input('description', description)}
    <label class="tick">
      <input
        type="checkbox"
        name="${path}.${index}.defaultEntry"
        value="default: ${textOf(name)}"
        ${defaultEntry === true && checked}
      />
      granted by default
    </label>
    <label class="lines"
      >attributes, one a line: name=value
      <textarea name="${path}.${index}.attributes" rows="1" spellcheck="false">
${'\n'}${lines ?? ''}</textarea>
    </label>
    ${Object.keys(others).length > 0 && html`<code>${JSON.stringify(others)}</code>`}
    <input type="hidden" name="${path}.${index}.others" value="${JSON.stringify(others)}" />
  </fieldset>`
}

import { html, type Markup } from '../../markup.ts'
import { wideTable } from '../table.ts'
import type { Answer, Route } from '../page.ts'
import { type Field, FIELDS, type Kind } from '../settings/fields.ts'
import { markdown } from '../words.ts'

/** Every setting with its type, default and meaning, as in docs/reference.md. */
function reference(): Answer {
  const main = html`<p>
      The settings of the Web API. <code>docs/reference.md</code> also describes all its calls.
    </p>
    ${settings('service', 'Settings of a service')}${settings('client', 'Settings of a client')}`
  return { title: 'Reference', main, wide: true }
}

function settings(kind: Kind, title: string): Markup {
  const rows = [...FIELDS[kind].values()].map(
    (field) =>
      html`<tr id="${kind}-${field.path}">
        <th scope="row"><code>${field.path}</code></th>
        <td>${typeWords(field)}</td>
        <td>${markdown(field.initial)}</td>
        <td>${markdown(field.help)}</td>
      </tr>`,
  )
  return html`<h2 id="${kind}">${title}</h2>
    ${wideTable({ labelledBy: kind }, ['Setting', 'Type', 'Default', 'Meaning'], rows)}`
}

function typeWords({ control }: Field): string {
  switch (control.kind) {
    case 'switch':
      return 'true or false'
    case 'choice':
      return `one of ${control.values.join(', ')}`
    case 'choices':
      return `list of ${control.values.join(', ')}`
    case 'number':
      return `${control.isWhole ? 'integer' : 'number'}${limits(control)}`
    case 'lines':
      return 'list of texts'
    case 'certificates':
      return 'list of PEM certificates'
    case 'pairs':
      return `list of ${control.members.join(' and ')}`
    case 'json':
    case 'keys':
      return 'JSON as text'
    case 'text':
      return 'text'
    case 'scopes':
    case 'other':
      return 'list of objects'
  }
}

function limits({ min, max }: { readonly min?: number; readonly max?: number }): string {
  return `${min === undefined ? '' : `, at least ${min}`}${max === undefined ? '' : `, at most ${max}`}`
}

export const REFERENCE: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}/reference', needs: 'nothing', handle: reference },
]

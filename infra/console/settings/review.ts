import { createHash } from 'node:crypto'
import { html, type Markup } from '../../markup.ts'
import { curlOf } from '../curl.ts'
import { table, wideTable } from '../table.ts'
import type { Members } from '../web-api.ts'
import type { Field } from './fields.ts'
import { type Change, valueIn, words } from './values.ts'

/** Names a set of changes, so that only what was shown is saved. */
export function digestOf(changes: readonly Change[]): string {
  const listed = changes.map(({ field, to }) => [field.path, to ?? null])
  return createHash('sha256').update(JSON.stringify(listed)).digest('base64url')
}

export interface Call {
  readonly url: string
  readonly etag: string | undefined
  readonly body: Members
}

/** What will be sent: as a difference, and as a command. */
export function reviewPanel(changes: readonly Change[], call: Call, stale: boolean): Markup {
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`
  return html`<section class="bar" aria-labelledby="changes" id="review">
      <h2 id="changes">${count} to save</h2>
      <div class="list" tabindex="0" role="group" aria-labelledby="changes">${changeTable(changes)}</div>
      <input type="hidden" name="reviewed" value="${digestOf(changes)}" />
      <div class="actions">
        <a class="button" href="">Discard</a>
        <button name="step" value="review">Review again</button>
        <button class="first" name="step" value="save">${stale ? 'Save my changes' : 'Save'}</button>
      </div>
    </section>
    <details open>
      <summary>The same as curl</summary>
      <p>The whole record is sent, as it was read, with the changes in it.</p>
      <pre tabindex="0"><code>${curlOf(call.url, call.body, 'RECORD', call.etag)}</code></pre>
    </details>`
}

function changeTable(changes: readonly Change[]): Markup {
  const rows = changes.map(
    ({ field, from, to }) =>
      html`<tr>
        <th scope="row"><code>${field.path}</code></th>
        <td>${words(field, from)}</td>
        <td>${words(field, to)}</td>
      </tr>`,
  )
  return table(['Setting', 'Old', 'New'], rows)
}

/** Both versions of a record that somebody else changed: each setting of the page that differs in one of them. */
export function sideBySide(
  fields: readonly Field[],
  base: Members,
  current: Members,
  mine: readonly Change[],
): Markup {
  const rows = fields.flatMap((field) => {
    const change = mine.find((one) => one.field === field)
    const [read, now] = [words(field, valueIn(base, field)), words(field, valueIn(current, field))]
    if (change === undefined && read === now) return []
    const yours = change === undefined ? 'not changed' : words(field, change.to)
    return [
      html`<tr>
        <th scope="row"><code>${field.path}</code></th>
        <td>${read}</td>
        <td>${now}</td>
        <td>${yours}</td>
      </tr>`,
    ]
  })
  return html`<div class="problem" role="alert">
      <p><strong>Nothing was saved.</strong> Somebody else changed this record after you opened the page.</p>
      <p>
        If you save now, your changes are put on top of the record as it is now, and everything else of it
        stays.
      </p>
    </div>
    ${wideTable({ label: 'Both versions' }, ['Setting', 'As you read it', 'Now', 'Yours'], rows)}`
}

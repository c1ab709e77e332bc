import { createHash } from 'node:crypto'
import { html, type Markup } from '../../markup.ts'
import { curlOf } from '../curl.ts'
import { problemBox } from '../problem.ts'
import { table, wideTable } from '../table.ts'
import type { Members } from '../web-api.ts'
import type { Field } from './fields.ts'
import { type Change, valueIn, words } from './values.ts'

/** Identifies a set of changes, so that only shown changes are saved. */
export function digestOf(changes: readonly Change[]): string {
  const listed = changes.map(({ field, to }) => [field.path, to ?? null])
  return createHash('sha256').update(JSON.stringify(listed)).digest('base64url')
}

export interface ReviewedCall {
  readonly url: string
  readonly etag: string | undefined
  readonly body: Members
}

/** A review of changes. */
export interface Review {
  readonly call: ReviewedCall
  /** Whether somebody else changed the record. */
  readonly isStale: boolean
}

/** The list of unsaved changes. Without a review, it shows only the input; settings.js keeps it up to date. */
export function changeBar(
  changes: readonly Change[],
  review: Review | undefined,
  harm: Markup | undefined,
): Markup {
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`
  const isFresh = changes.length === 0 && review === undefined
  return html`${
      isFresh &&
      html`<div class="actions unsent">
        <button class="first" name="step" value="review">Review changes</button>
      </div>`
    }
    <section class="bar" ${isFresh && html`hidden`} aria-labelledby="changes">
      <h2 id="changes" aria-live="polite">${count} to save</h2>
      ${
        harm !== undefined &&
        html`<div class="warning harm" role="alert" tabindex="0" autofocus>
          ${harm}<input type="hidden" name="warned" value="${digestOf(changes)}" />
        </div>`
      }
      <div class="list" tabindex="0" role="group" aria-labelledby="changes">${changeTable(changes)}</div>
      ${review !== undefined && html`<input type="hidden" name="reviewed" value="${digestOf(changes)}" />`}
      ${review !== undefined && curlPart(review)}
      <div class="actions">
        <button class="first" name="step" value="save">
          ${review?.isStale === true ? 'Save my changes' : 'Save'}
        </button>
        <button name="step" value="review">Show as curl</button>
        ${isFresh ? html`<button type="reset">Discard</button>` : html`<a class="button discard" href="">Discard</a>`}
      </div>
    </section>`
}

function curlPart({ call, isStale }: Review): Markup {
  return html`<details id="curl" ${!isStale && html`open`}>
    <summary ${!isStale && html`autofocus`}>As a curl command: the whole record with the changes</summary>
    <button type="button" class="quiet" data-copy-from="command">Copy</button>
    <pre tabindex="0"><code id="command">${curlOf(call.url, call.body, 'RECORD', call.etag)}</code></pre>
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

/** Both versions of a record that somebody else changed, with each setting of the page that differs. */
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
  const why = `Somebody else changed this record after you opened the page. If you save now, only your changes are applied to the current record.`
  return html`${problemBox('Nothing was saved.', why)}
  ${wideTable({ label: 'Both versions' }, ['Setting', 'When you opened it', 'Now', 'Yours'], rows)}`
}

import { html, type Markup } from '../../markup.ts'
import type { ConsoleRequest } from '../page.ts'
import { markdown } from '../words.ts'
import { controlOf, idOf, isBroad, isGroup } from './controls.ts'
import type { Field, Kind } from './fields.ts'
import type { Change } from './values.ts'

/** A part of a settings page. */
export interface Section {
  readonly title: string
  readonly fields: readonly Field[]
}

/** What a page knows about single settings, by their paths. */
export type Notes = Readonly<Record<string, Markup | undefined>>

export interface FormView {
  readonly kind: Kind
  readonly sections: readonly Section[]
  /** Settings that the deployment only stores. */
  readonly withoutEffect: readonly Field[]
  readonly values: ReadonlyMap<string, unknown>
  readonly errors: ReadonlyMap<string, string>
  /** Errors that belong to no setting of the page. */
  readonly problem?: string | undefined
  /** The version of the record that was read, and the values of the page in it. */
  readonly version: string
  readonly base: string
  /** The changes to review; absent: the page has not been sent yet. */
  readonly reviewed?: Review | undefined
  /** Above the form. */
  readonly above?: Markup | undefined
  readonly notes: Notes
  /** Values that apply where the setting is absent or smaller, in words. */
  readonly inherited: Readonly<Record<string, string>>
}

export interface Review {
  readonly panel: Markup
  readonly changes: readonly Change[]
}

/** The form of a settings page. It works without script; settings.js lists the changes while somebody types. */
export function settingsForm(
  view: FormView,
  { csrf, params }: Pick<ConsoleRequest, 'csrf' | 'params'>,
): Markup {
  const { sections, withoutEffect, version, base, reviewed } = view
  // The script compares with the page as it was sent, so it helps only where that is the record.
  const isFresh = reviewed === undefined && view.errors.size === 0 && view.problem === undefined
  const reference = `/${params['serviceId'] ?? ''}/reference`
  const rows = (fields: readonly Field[]) => fields.map((field) => row(field, view, reference))
  return html`${errorSummary(view)}${view.above}
    <form method="post" class="settings" data-live="${isFresh ? 'yes' : 'no'}" autocomplete="off">
      ${csrf}
      <input type="hidden" name="version" value="${version}" />
      <input type="hidden" name="base" value="${base}" />
      ${sections.map(
        ({ title, fields }) =>
          html`<section>
            <h2>${title}</h2>
            ${rows(fields)}
          </section>`,
      )}
      ${
        withoutEffect.length > 0 &&
        html`<details>
          <summary>Carried without effect (${withoutEffect.length})</summary>
          <p>certbound stores and returns these settings. They change nothing.</p>
          ${rows(withoutEffect)}
        </details>`
      }
      ${reviewed?.panel ?? unsentPanel()}
    </form>`
}

function unsentPanel(): Markup {
  return html`<div class="actions unsent">
      <button class="first" name="step" value="review">Review changes</button>
    </div>
    <section class="bar" hidden aria-labelledby="changes">
      <h2 id="changes" aria-live="polite">No changes</h2>
      <div class="list" tabindex="0" role="group" aria-labelledby="changes"></div>
      <div class="actions">
        <button type="reset">Discard</button>
        <button name="step" value="review">Show as curl</button>
        <button class="first" name="step" value="save">Save</button>
      </div>
    </section>`
}

function errorSummary({ errors, problem, sections, withoutEffect }: FormView): Markup | undefined {
  if (errors.size === 0 && problem === undefined) return undefined
  const fields = [...sections.flatMap((section) => section.fields), ...withoutEffect]
  const links = fields
    .filter(({ path }) => errors.has(path))
    .map(({ path, label }) => html`<li><a href="#${idOf(path)}">${label}</a>: ${errors.get(path)}</li>`)
  return html`<div class="problem" role="alert">
    <p><strong>Nothing was saved.</strong> ${problem}</p>
    <ul>
      ${links}
    </ul>
  </div>`
}

function row(field: Field, view: FormView, reference: string): Markup {
  const { path, label, help, initial } = field
  const { kind, values, errors, notes, inherited, reviewed } = view
  const error = errors.get(path)
  const isChanged = reviewed?.changes.some((change) => change.field === field) === true
  const describedBy = `help-${path}${error === undefined ? '' : ` error-${path}`}`
  const shown = { value: values.get(path), describedBy, isWrong: error !== undefined }
  const control = controlOf(field, shown)
  const place = `${reference}#${kind}-${path}`
  const text = html`<p>
      <a href="${place}" title="In the reference"><code>${path}</code></a>
    </p>
    <div id="help-${path}">
      <p>${markdown(help)}</p>
      <p class="beside">
        Default:
        ${markdown(initial)}${inherited[path] !== undefined && html` &middot; service: ${inherited[path]}`}
      </p>
    </div>
    ${error !== undefined && html`<p class="error" id="error-${path}">${error}</p>`}`
  const classes = `setting${isBroad(field) ? ' broad' : ''}${isChanged ? ' changed' : ''}`
  const note = notes[path]
  const inner = isGroup(field)
    ? html`<div>${text}</div>
        <div>${control}</div>`
    : html`<div><label class="label" for="${idOf(path)}">${label}</label>${text}</div>
        <div>${control}</div>`
  const grouped = isGroup(field)
    ? html`<div role="group" aria-labelledby="legend-${path}" id="${idOf(path)}-group">
        <span class="label" id="legend-${path}">${label}</span>${inner}
      </div>`
    : inner
  return html`<div class="${classes}" data-member="${path}">
    ${grouped}${note !== undefined && html`<div class="warning">${note}</div>`}
  </div>`
}

import { html, type Markup } from '../../markup.ts'
import type { ConsoleRequest } from '../page.ts'
import { markdown } from '../words.ts'
import { problemBox } from '../problem.ts'
import { controlOf, idOf, isBroad, isGroup, isParted } from './controls.ts'
import type { Field, Kind } from './fields.ts'
import { changeBar, type Review } from './review.ts'
import type { Change } from './values.ts'

/** A part of a settings page. */
export interface Section {
  readonly title: string
  readonly fields: readonly Field[]
}

/** Notes of a page about settings, keyed by path. */
export type Notes = Readonly<Record<string, Markup | undefined>>

export interface FormView {
  readonly kind: Kind
  readonly sections: readonly Section[]
  /** The settings that the deployment only stores. */
  readonly withoutEffect: readonly Field[]
  readonly values: ReadonlyMap<string, unknown>
  readonly errors: ReadonlyMap<string, string>
  /** Errors that belong to no setting of the page. */
  readonly problem?: string | undefined
  /** The version of the record that was read, and its values on this page. */
  readonly version: string
  readonly base: string
  /** The differences from the record, if the page was sent before. */
  readonly pending: readonly Change[]
  readonly review?: Review | undefined
  /** The harm that the changes would do to clients. */
  readonly harm?: Markup | undefined
  /** The path of the setting that gets the focus. */
  readonly focus?: string | undefined
  readonly now: Date
  /** The part of the form above its sections. */
  readonly above?: Markup | undefined
  readonly notes: Notes
  readonly choices: Readonly<Record<string, readonly string[]>>
  /** Values that apply if the setting is absent or smaller, in words. */
  readonly inherited: Readonly<Record<string, string>>
}

/** The form of a settings page. It works without a script; settings.js lists the changes while the user types. */
export function settingsForm(
  view: FormView,
  { csrf, params }: Pick<ConsoleRequest, 'csrf' | 'params'>,
): Markup {
  const { sections, withoutEffect, version, base, pending, errors, review, harm } = view
  const isOpen = withoutEffect.some(
    ({ path }) => errors.has(path) || pending.some(({ field }) => field.path === path),
  )
  const reference = `/${params['serviceId'] ?? ''}/reference`
  const rows = (fields: readonly Field[]) => fields.map((field) => row(field, view, reference))
  return html`${errorSummary(view)}
    <form method="post" class="settings">
      ${csrf}${view.above}
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
        html`<details ${isOpen && html`open`}>
          <summary>Settings without effect (${withoutEffect.length})</summary>
          <p>certbound stores and returns these settings, but they have no effect.</p>
          ${rows(withoutEffect)}
        </details>`
      }
      ${changeBar(pending, review, harm)}
    </form>`
}

function errorSummary({ errors, problem, sections, withoutEffect }: FormView): Markup | undefined {
  if (errors.size === 0 && problem === undefined) return undefined
  const fields = [...sections.flatMap((section) => section.fields), ...withoutEffect]
  const links = fields
    .filter(({ path }) => errors.has(path))
    .map(({ path, label }) => html`<a href="#${idOf(path)}">${label}</a>: ${errors.get(path)}`)
  return problemBox('Nothing was saved.', problem, links, links.length === 0)
}

function row(declared: Field, view: FormView, reference: string): Markup {
  const { path, label, help, initial } = declared
  const values = view.choices[path]
  const field =
    values === undefined ? declared : { ...declared, control: { kind: 'choice', values } as const }
  const { kind, errors, notes, inherited, pending, focus, now } = view
  const error = errors.get(path)
  const change = pending.find((one) => one.field === declared)
  const describedBy = `help-${path}${error === undefined ? '' : ` error-${path}`}`
  const [isWrong, isFirst] = [error !== undefined, (errors.keys().next().value ?? focus) === path]
  const control = controlOf(field, { value: view.values.get(path), describedBy, isWrong, isFirst, now })
  const before = change && { value: change.from, describedBy, isWrong: false, isFirst: false, now }
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
  const classes = `setting${isBroad(field) ? ' broad' : ''}${change === undefined ? '' : ' changed'}`
  const note = notes[path]
  const inner = isGroup(field)
    ? html`<div>${text}</div>
        <div>${control}</div>`
    : html`<div><label class="label" for="${idOf(path)}">${label}</label>${text}</div>
        <div>${control}</div>`
  const grouped = isGroup(field)
    ? html`<div role="group" aria-labelledby="legend-${path}" ${isParted(field) && partedId(path, isFirst)}>
        <span class="label" id="legend-${path}">${label}</span>${inner}
      </div>`
    : inner
  return html`<div class="${classes}" data-member="${path}">
    ${grouped}${note !== undefined && html`<div class="warning">${note}</div>`}
    ${before !== undefined && html`<template>${controlOf(field, before)}</template>`}
  </div>`
}

/** Links to the setting focus the group, because no single control is the setting. */
function partedId(path: string, isFirst: boolean): Markup {
  return html`id="${idOf(path)}" tabindex="-1" ${isFirst && html`autofocus`}`
}

import { html, type Markup } from '../markup.ts'

const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** A duration in words, for example `1 day 6 hours`. */
export function durationWords(seconds: number): string {
  if (!Number.isSafeInteger(seconds) || seconds <= 0) return '0 seconds'
  let rest = seconds
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return parts.join(' ')
}

/** The distance of a moment from now in its largest unit: `in 43 days`, `2 hours ago`. */
function distanceWords(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000)
  if (seconds === 0) return 'now'
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const count = Math.floor(Math.abs(seconds) / size)
  const amount = `${count} ${unit}${count === 1 ? '' : 's'}`
  return seconds >= 0 ? `in ${amount}` : `${amount} ago`
}

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  timeZone: 'UTC',
})

/** A moment as `27 Nov 2026, 09:42 UTC (in 43 days)`, with its ISO form on hover. */
export function moment(milliseconds: number, now: Date): Markup {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return html`${milliseconds}`
  const iso = date.toISOString()
  return html`<time datetime="${iso}" title="${iso}">${FORMAT.format(date)} UTC</time>
    (${distanceWords(date, now)})`
}

/** A long identifier, shortened in the middle, with a button that copies all of it. */
export function shortened(text: string, name: string): Markup {
  const shown = text.length > 20 ? `${text.slice(0, 8)}…${text.slice(-8)}` : text
  return html`<span class="copied"
    ><code title="${text}">${shown}</code>
    <button type="button" class="quiet" data-copy="${text}" aria-label="Copy ${name}">Copy</button></span
  >`
}

/** A text with a button that copies it. */
export function copyable(text: string, name: string): Markup {
  return html`<span class="copied"
    ><code>${text}</code>
    <button type="button" class="quiet" data-copy="${text}" aria-label="Copy ${name}">Copy</button></span
  >`
}

/** Yes or no, as a word, a sign and a color. */
export function yesOrNo(is: boolean): Markup {
  return is ? html`<span class="yes">yes</span>` : html`<span class="no">no</span>`
}

/** Renders the Markdown of the reference: code in backticks, links, and text. Links to files of `docs` become their names, because the console does not serve them. */
export function markdown(text: string): Markup {
  const parts = text.split(/(`[^`]+`|\[[^\]]+\]\([^)\s]+\))/)
  return html`${parts.map(markdownPart)}`
}

function markdownPart(part: string): Markup {
  if (/^`.+`$/s.test(part)) return html`<code>${part.slice(1, -1)}</code>`
  const [, label, url] = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part) ?? []
  if (url === undefined) return html`${part}`
  return url.startsWith('https:')
    ? html`<a href="${url}" rel="noreferrer">${label}</a>`
    : html`<code>${label}</code>`
}

import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import { moment } from '../../words.ts'
import type { Ending } from '../endings.ts'
import { percent } from './binding-bars.ts'

const DAY = 86_400_000
export const YEAR_MILLISECONDS = 365 * DAY
/** Endings within this time are marked as urgent. */
const SOON_MILLISECONDS = 30 * DAY
const MAX_ROWS = 20
const LANE_HEIGHT = 48

/** Expiring within a year: a drawing with a lane for each kind, and a table with the same content. */
export function timeLine(root: string, endings: readonly Ending[], now: Date): Markup {
  const kinds = [...new Set(endings.map(({ what }) => what))].sort()
  const height = kinds.length * LANE_HEIGHT
  const rows = endings.slice(0, MAX_ROWS).map(
    ({ what, subject, ends, page }) =>
      html`<tr>
        <td>${moment(ends, now)}${ends < now.getTime() && html` <span class="no">expired</span>`}</td>
        <td>${what}</td>
        <th scope="row"><a href="${root}/${page}">${subject}</a></th>
      </tr>`,
  )
  const further = endings.length - rows.length
  return html`<svg
      class="time"
      width="100%"
      height="${height + 24}"
      role="img"
      aria-label="Time line of the next twelve months. The table has the same content."
    >
      ${months(now).map(
        ({ at, label }) =>
          html`<line x1="${at}" x2="${at}" y1="0" y2="${height + 4}" /><text
              class="month"
              x="${at}"
              y="${height + 20}"
              >${label}</text
            >`,
      )}
      ${kinds.map((kind, lane) =>
        laneOf(
          kind,
          endings.filter(({ what }) => what === kind),
          lane,
          now,
        ),
      )}
    </svg>
    ${wideTable({ label: 'Expiring within a year' }, ['Ends', 'What', 'Name'], rows)}
    ${further > 0 && html`<p>And ${further} more. <a href="${root}/clients?sort=end">Clients by certificate expiry</a></p>`}`
}

/** The label of a kind, and below it a mark for each ending. */
function laneOf(kind: string, endings: readonly Ending[], lane: number, now: Date): Markup {
  const top = lane * LANE_HEIGHT
  const marks = endings.map(({ subject, ends }) => {
    const isUrgent = ends - now.getTime() < SOON_MILLISECONDS
    return html`<circle
      class="${isUrgent ? 'urgent' : 'mark'}"
      cx="${placeOf(ends, now)}"
      cy="${top + 30}"
      r="7"
      ><title>${subject}</title></circle
    >`
  })
  return html`<text x="0" y="${top + 14}">${kind}</text>
    <line class="lane" x1="0" x2="100%" y1="${top + 30}" y2="${top + 30}" />
    ${marks}`
}

function placeOf(milliseconds: number, now: Date): string {
  return percent(Math.min(Math.max((milliseconds - now.getTime()) / YEAR_MILLISECONDS, 0), 1))
}

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' })

/** The first days of the next months. */
function months(now: Date): { readonly at: string; readonly label: string }[] {
  return Array.from({ length: 12 }, (_, index) => {
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index + 1, 1)
    return { at: placeOf(first, now), label: MONTH.format(first).slice(0, 3) }
  })
}

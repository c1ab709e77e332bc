import { html, type Insertable, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { wideTable } from '../../table.ts'
import { type Members, messageOf, requireDone } from '../../web-api.ts'
import { moment, shortened } from '../../words.ts'
import { clientLink, membersOf, nextPage, placeIn } from './certificate-table.ts'

const PATH = '/{serviceId}/renewals'

async function list(request: ConsoleRequest, problem?: Insertable, status = 200): Promise<Page> {
  const answer = requireDone(await request.api.get('/certificate/renewal/get/list', placeIn(request)))
  const renewals = membersOf(answer['renewals'])
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    <p>
      A client announces its next certificate with the present one and the new key. From a moment on the new
      one also counts, until the renewal ends. Refresh tokens then move to it.
    </p>
    ${
      renewals.length === 0
        ? html`<p>No renewal is announced on this page.</p>`
        : wideTable(
            { label: 'Announced renewals' },
            ['Client', 'From', 'To', 'Counts', 'State', 'Change'],
            renewals.map((renewal) => row(renewal, request)),
            'cards',
          )
    }
    ${nextPage(answer['nextPageToken'], request, 'More renewals')}`
  return { title: 'Announced renewals', main, wide: true, status }
}

function row(renewal: Members, request: ConsoleRequest): Markup {
  const { clientId, thumbprint, newThumbprint, announcedAt, effectiveAt, endsAt, state } = renewal
  const { now } = request
  const isOpen = state === 'open' && Number(endsAt) > now.getTime()
  return html`<tr>
    <th scope="row">${clientLink(clientId, request)}</th>
    <td data-head="From">
      ${shortened(String(thumbprint), 'the thumbprint of the present certificate')}
      <span class="detail">announced ${moment(Number(announcedAt), now)}</span>
    </td>
    <td data-head="To">${shortened(String(newThumbprint), 'the thumbprint of the new certificate')}</td>
    <td data-head="Counts">
      from ${moment(Number(effectiveAt), now)}
      <span class="detail">until ${moment(Number(endsAt), now)}</span>
    </td>
    <td data-head="State">${state === 'open' && !isOpen ? 'ended' : String(state)}</td>
    <td>${isOpen && changes(renewal, request)}</td>
  </tr>`
}

const STEPS = {
  approve: ['Let it count now', 'The announced certificate counts at once.'],
  end: ['End', 'The renewal has ended. The client can announce a certificate again.'],
  veto: ['Veto', 'The renewal has ended, and the same announcement is refused for good.'],
} as const
type Step = keyof typeof STEPS

function changes({ clientId, thumbprint, effectiveAt }: Members, { csrf, now }: ConsoleRequest): Markup {
  const isWaiting = Number(effectiveAt) > now.getTime()
  const steps = (Object.keys(STEPS) as Step[]).filter((step) => step !== 'approve' || isWaiting)
  return html`<form method="post" class="actions">
    ${csrf}<input type="hidden" name="clientIdentifier" value="${String(clientId)}" />
    <input type="hidden" name="thumbprint" value="${String(thumbprint)}" />
    ${steps.map(
      (step) =>
        html`<button ${step === 'veto' && html`class="danger"`} name="step" value="${step}">
          ${STEPS[step][0]}<span class="hidden">: ${String(thumbprint)}</span>
        </button>`,
    )}
  </form>`
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, here, api } = request
  const step = form.get('step') ?? ''
  if (step !== 'approve' && step !== 'end' && step !== 'veto') return list(request)
  const named = {
    clientIdentifier: form.get('clientIdentifier') ?? '',
    thumbprint: form.get('thumbprint') ?? '',
  }
  const answer = await api.post(`/certificate/renewal/${step}`, named)
  if (answer.status === 200) return { location: here, notice: STEPS[step][1] }
  if (answer.status >= 500) requireDone(answer)
  return list(request, messageOf(answer), answer.status)
}

export const RENEWALS: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'tokens', handle: (request) => list(request) },
  { method: 'POST', path: PATH, needs: 'tokens', handle: change },
]

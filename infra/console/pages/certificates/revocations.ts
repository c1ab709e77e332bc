import { html, type Insertable, type Markup } from '../../../markup.ts'
import { CERTIFICATE_SCRIPT, certificateField } from '../../certificate-field.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { wideTable } from '../../table.ts'
import { type Members, messageOf, requireDone } from '../../web-api.ts'
import { moment, shortened } from '../../words.ts'
import { below, clientLink, membersOf, nextPage, placeIn } from './certificate-table.ts'
import { askToRevoke, HOLD, REASONS, revoke } from './revoking.ts'
import { type Named, namedBy } from './named.ts'

const PATH = '/{serviceId}/revocations'

async function list(request: ConsoleRequest, problem?: Insertable, status = 400): Promise<Page> {
  const answer = requireDone(await request.api.get('/certificate/revocation/get/list', placeIn(request)))
  const revoked = membersOf(answer['revocations'])
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    <p>
      Tokens that are bound to these certificates are refused, and no new ones are issued. A hold can be
      lifted; every other revocation is for good.
    </p>
    ${
      revoked.length === 0
        ? html`<p>No certificate on this page is revoked.</p>`
        : wideTable(
            { label: 'Revoked certificates' },
            ['Certificate', 'Revoked', 'By', 'Clients', 'Lift'],
            revoked.map((one) => row(one, request)),
            'cards',
          )
    }
    ${nextPage(answer['nextPageToken'], request, 'More revoked certificates')}${revokeForm(request)}
    <p>
      <a href="${below(request, '/issuer-dates')}">All certificates of a CA from before a date</a> are revoked
      by a setting of the service.
    </p>`
  return {
    title: 'Revoked certificates',
    main,
    wide: true,
    scripts: [CERTIFICATE_SCRIPT],
    status: problem === undefined ? 200 : status,
  }
}

function row(revoked: Members, request: ConsoleRequest): Markup {
  const revocations = membersOf(revoked['revocations'])
  const clients = [...new Set(revocations.flatMap(({ clientIds }) => [clientIds].flat()))]
  const isHeld = revocations.some(({ source, reason }) => source === OPERATOR && reason === HOLD)
  return html`<tr>
    <th scope="row">${nameOfRevoked(revoked)}</th>
    <td data-head="Revoked">
      ${revocations.map(({ revokedAt }) => html`<p>${moment(Number(revokedAt), request.now)}</p>`)}
    </td>
    <td data-head="By">
      ${revocations.map(({ source, reason }) => html`<p>${String(source)}: <code>${String(reason)}</code></p>`)}
    </td>
    <td data-head="Clients">
      ${clients.length === 0 ? 'those that use it' : clients.map((one) => html`<p>${clientLink(one, request)}</p>`)}
    </td>
    <td>${isHeld ? liftForm(revoked, request) : 'for good'}</td>
  </tr>`
}

/** The source of the revocations that management makes. */
const OPERATOR = 'operator'

function nameOfRevoked({ thumbprint, issuerKey, serialNumber }: Members): Markup {
  if (typeof thumbprint === 'string') return shortened(thumbprint, 'the thumbprint of the certificate')
  return html`serial number <code>${String(serialNumber)}</code>
    <span class="detail">CA key ${shortened(String(issuerKey), 'the key of the CA')}</span>`
}

function liftForm({ thumbprint, issuerKey, serialNumber }: Members, { csrf }: ConsoleRequest): Markup {
  const names = typeof thumbprint === 'string' ? { thumbprint } : { issuerKey, serialNumber }
  const fields = Object.entries(names).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}" />`,
  )
  return html`<form method="post">
    ${csrf}${fields}
    <button name="step" value="release">
      Lift the hold<span class="hidden">: ${String(thumbprint ?? serialNumber)}</span>
    </button>
  </form>`
}

/** Names one certificate. The next page shows what its revocation would end, before anything is changed. */
function revokeForm({ csrf, form }: ConsoleRequest): Markup {
  const typed = (name: string) => form.get(name) ?? ''
  return html`<h2>Revoke a certificate</h2>
    <p>Name it in one way. Nothing is revoked before the next page has shown what it would end.</p>
    <form method="post" class="typed" data-work>
      ${csrf}
      <p>
        <label for="thumbprint">Thumbprint (<code>x5t#S256</code>)</label>
        <input
          id="thumbprint"
          name="thumbprint"
          maxlength="64"
          spellcheck="false"
          value="${typed('thumbprint')}"
        />
      </p>
      ${certificateField({ name: 'certificate', label: 'or the certificate', value: typed('certificate') })}
      <p>
        <label for="serialNumber">or its serial number, in hexadecimal</label>
        <input
          id="serialNumber"
          name="serialNumber"
          maxlength="80"
          spellcheck="false"
          value="${typed('serialNumber')}"
        />
      </p>
      ${certificateField({ name: 'issuer', label: 'with a certificate of the CA that issued it', value: typed('issuer') })}
      <p>
        <label for="reason">Reason</label>
        <select id="reason" name="reason">
          ${REASONS.map((one) => html`<option ${one === typed('reason') && html`selected`}>${one}</option>`)}
        </select>
        <span class="beside">Only <code>${HOLD}</code> can be lifted again.</span>
      </p>
      <p>
        <label for="clients">Further clients that use it, by number or alias</label>
        <input
          id="clients"
          name="clients"
          spellcheck="false"
          value="${typed('clients')}"
          aria-describedby="clients-help"
        />
        <span id="clients-help" class="beside">Those that are noted need not be named.</span>
      </p>
      <label class="tick">
        <input type="checkbox" name="all" ${form.has('all') && html`checked`} />
        Also end all other tokens of these clients
      </label>
      <label class="tick">
        <input type="checkbox" name="keepAnnounced" ${form.has('keepAnnounced') && html`checked`} />
        Keep the certificates that it has announced. Only if it was replaced, not stolen
      </label>
      <p class="actions"><button class="first" name="step" value="ask">Show what it would end</button></p>
    </form>`
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, here } = request
  const named = await namedBy(form)
  if ('fault' in named) return list(request, named.fault)
  const step = form.get('step')
  const { pathname } = new URL(here, 'http://localhost')
  if (step === 'release') return release(named, request, pathname)
  if (step !== 'ask' && step !== 'revoke') return list(request)
  const answer = await (step === 'ask' ? askToRevoke : revoke)(named, request)
  return typeof answer === 'string' ? list(request, answer) : answer
}

async function release(named: Named, request: ConsoleRequest, location: string): Promise<Answer> {
  const answer = await request.api.post('/certificate/release', named)
  if (answer.status >= 400) return list(request, messageOf(answer), answer.status)
  return { location, notice: 'The hold is lifted. Tokens that have not expired are valid again.' }
}

export const REVOCATIONS: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'tokens', handle: (request) => list(request) },
  { method: 'POST', path: PATH, needs: 'tokens', handle: change },
]

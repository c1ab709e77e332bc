import { html, type Markup } from '../../../markup.ts'
import { countOf } from '../../clients.ts'
import type { ConsoleRequest, Page } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { SCHEMAS } from '../../settings/schemas.ts'
import { type ApiAnswer, type Members, messageOf, requireDone } from '../../web-api.ts'
import { moment, shortened } from '../../words.ts'
import { below, clientLink, membersOf } from './certificate-table.ts'
import type { Named } from './named.ts'

/** The only reason whose revocation can be lifted. */
export const HOLD = 'certificateHold'
export const REASONS = SCHEMAS['CertificateRevokeRequest']?.properties?.['reason']?.enum ?? []

const UNFINISHED = 503
const TITLE = 'Revoke a certificate'

/** The page that shows what a revocation would end. */
export async function askToRevoke(named: Named, request: ConsoleRequest): Promise<Page | string> {
  const answer = await request.api.post('/certificate/revoke', { ...callOf(named, request), dryRun: true })
  if (isWrong(answer)) return messageOf(answer)
  return confirmation(named, requireDone(answer), request)
}

/** Revokes the certificate, and shows which tokens live on. */
export async function revoke(named: Named, request: ConsoleRequest): Promise<Page | string> {
  const answer = await request.api.post('/certificate/revoke', callOf(named, request))
  if (isWrong(answer)) return messageOf(answer)
  if (answer.status === UNFINISHED) {
    const asked = await request.api.post('/certificate/revoke', { ...callOf(named, request), dryRun: true })
    return { ...confirmation(named, requireDone(asked), request, true), status: UNFINISHED }
  }
  const done = requireDone(answer)
  const main = html`<p role="status">
      The certificate is revoked. Its tokens are refused from the next request on.
    </p>
    ${consequences(done, request)}
    <p><a class="button" href="${below(request, '/revocations')}">Revoked certificates</a></p>`
  return { title: 'The certificate is revoked', main, crumbs: crumbs(request) }
}

/** The certificate or a client that the form names is wrong. */
const isWrong = ({ status }: ApiAnswer) => status === 400 || status === 404

const crumbs = (request: ConsoleRequest) => [
  { label: 'Revoked certificates', href: below(request, '/revocations') },
]

function callOf(named: Named, { form }: ConsoleRequest) {
  const clients = (form.get('clients') ?? '').split(/[\s,]+/).filter((name) => name !== '')
  return {
    ...named,
    reason: reasonIn(form),
    endClientTokens: form.has('all'),
    revokeAnnounced: !form.has('keepAnnounced'),
    ...(clients.length > 0 && { clientIdentifiers: clients }),
  }
}

/** A form without a reason names none. */
function reasonIn(form: URLSearchParams): string {
  const reason = form.get('reason') ?? ''
  return reason === '' ? 'unspecified' : reason
}

function confirmation(named: Named, dryRun: Members, request: ConsoleRequest, isUnfinished = false): Page {
  const { form, csrf, here } = request
  const reason = reasonIn(form)
  const kept = ['clients', 'all', 'keepAnnounced'].flatMap((name) =>
    form.has(name) ? [[name, form.get(name) ?? '']] : [],
  )
  const fields = Object.entries({ ...named, reason, ...(Object.fromEntries(kept) as Members) })
  const more = 'There are too many clients for one call. Send it again to continue.'
  const main = html`${isUnfinished && problemBox('Not finished.', more)}
    <p>
      ${nameOfNamed(named)} is revoked with the reason <code>${reason}</code>.
      ${reason === HOLD ? 'The hold can be lifted.' : 'This cannot be undone.'}
    </p>
    ${consequences(dryRun, request)}
    <form method="post" class="actions">
      ${csrf}${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <a class="button" href="${here}">Cancel</a>
      <button class="danger" name="step" value="revoke">Revoke the certificate</button>
    </form>`
  return { title: TITLE, main, crumbs: crumbs(request) }
}

function nameOfNamed(named: Named): Markup {
  return 'thumbprint' in named
    ? html`The certificate with the thumbprint <code class="whole">${named.thumbprint}</code>`
    : html`The certificate <code class="whole">${named.serialNumber}</code> of the CA key
        <code class="whole">${named.issuerKey}</code>`
}

/** The clients and tokens that a revocation concerns, and the tokens that live on. */
function consequences(answer: Members, request: ConsoleRequest): Markup {
  const clients = membersOf(answer['certificates']).flatMap(({ clientIds }) => [clientIds].flat())
  const [tokens = {}] = membersOf([answer['tokens']])
  const { offlineUntil, complete } = tokens
  const registered = [answer['registeredAt']].flat()
  const unknown = Number(answer['unknownIssuers'] ?? 0)
  return html`<h2>Its clients and tokens</h2>
    <dl class="facts">
      <dt>Used by</dt>
      <dd>
        ${clients.length === 0 ? 'no client' : clients.map((one) => html`${clientLink(one, request)} `)}
      </dd>
      <dt>Tokens that end</dt>
      <dd>
        ${Number(tokens['certificate'])}${complete === false && ' at least: there are too many to count'}
      </dd>
      <dt>Tokens of these clients that live on</dt>
      <dd>
        ${Number(tokens['otherCertificate'])} bound to another certificate, ${Number(tokens['key'])} bound to
        a key, ${Number(tokens['unbound'])} unbound
      </dd>
      ${endingRenewals(answer, request)}
    </dl>
    ${
      typeof offlineUntil === 'number' &&
      html`<p>
        <strong>Resource servers that verify JWTs offline</strong> accept those of this certificate until
        ${moment(offlineUntil, request.now)}.
      </p>`
    }
    ${
      registered.length > 0 &&
      html`<p>
        <code>jwks</code> of ${countOf(registered.length)} still has the certificate:
        ${registered.map((one) => html`${clientLink(one, request)} `)}
      </p>`
    }
    ${
      unknown > 0 &&
      html`<p>
        ${unknown} certificates in use have an unknown issuer, so this serial number does not find them.
        Revoke them by their thumbprints.
      </p>`
    }
    ${
      answer['inventoryComplete'] === false &&
      html`<p>
        The service has not noted all certificates in use. Name the clients that use this one, so that their
        tokens end.
      </p>`
    }`
}

/** The renewals that a revocation ends, and the certificates that it revokes because they were announced. */
function endingRenewals(answer: Members, request: ConsoleRequest): Markup {
  const renewals = membersOf(answer['renewals'])
  const [, ...announced] = membersOf(answer['certificates'])
  return html`<dt>Renewals that end</dt>
    <dd>
      ${renewals.length === 0 ? 'none' : renewals.map(({ clientId }) => html`${clientLink(clientId, request)} `)}
    </dd>
    ${
      announced.length > 0 &&
      html`<dt>Revoked as well, because it was announced</dt>
        <dd>
          ${announced.map(({ thumbprint }) => shortened(String(thumbprint), 'the thumbprint of the announced certificate'))}
        </dd>`
    }`
}

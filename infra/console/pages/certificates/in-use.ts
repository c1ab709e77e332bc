import { html, type Insertable } from '../../../markup.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import type { Read } from '../../settings/settings-page.ts'
import { requireDone } from '../../web-api.ts'
import { whenAndWhere } from '../clients/danger.ts'
import { CLIENT_SOURCE, clientPath } from '../clients/settings.ts'
import { below, certificateTable, membersOf, nextPage, placeIn } from './certificate-table.ts'

const SERVICE_PATH = '/{serviceId}/certificates'
const CLIENT_PATH = '/{serviceId}/clients/{clientId}/certificates-in-use'

async function showOfService(request: ConsoleRequest): Promise<Page> {
  const answer = requireDone(await request.api.get('/certificate/get/list', placeIn(request)))
  const main = html`${inventoryNote(request)}
    <p>
      The certificates to which clients have bound tokens, the one that ends next first. A certificate is here
      once for each client, until its validity is over and no token that is bound to it can be valid.
    </p>
    ${certificateTable(membersOf(answer['certificates']), request)}
    ${nextPage(answer['nextPageToken'], request, 'Certificates that end later')}
    <p><a href="${below(request, '/revocations')}">Revoked certificates</a></p>`
  return { title: 'Certificates in use', main, wide: true }
}

/** Without notes the list shows only what was noted before. */
function inventoryNote(request: ConsoleRequest) {
  if (request.service?.record['certificateInventory'] !== false) return undefined
  return html`<div class="warning">
    <p>
      <strong>This service does not note the certificates in use.</strong> The list has only those that were
      noted before. Turn the notes on in
      <a href="${below(request, '/service/certificates')}">Service &gt; Certificates</a>.
    </p>
  </div>`
}

async function showOfClient(request: ConsoleRequest): Promise<Page> {
  return clientPage(request, await CLIENT_SOURCE.read(request))
}

interface Outcome {
  readonly problem?: Insertable
  readonly typed?: string | undefined
  readonly status?: number
}

async function clientPage(
  request: ConsoleRequest,
  read: Read,
  { problem, typed, status = 200 }: Outcome = {},
): Promise<Page> {
  const { params, csrf } = request
  const clientId = encodeURIComponent(params['clientId'] ?? '')
  const answer = requireDone(
    await request.api.get(`/client/certificates/get/list/${clientId}`, placeIn(request)),
  )
  const [name, button] = [String(read.record['clientId']), 'End the tokens and erase']
  const main = html`${problem !== undefined && problemBox('Not finished.', problem)}${inventoryNote(request)}
    ${certificateTable(membersOf(answer['certificates']), request)}
    ${nextPage(answer['nextPageToken'], request, 'Certificates that end later')}
    <h2>Erase</h2>
    <p>
      All tokens of this client end. Then the subjects, names and dates of its certificates are erased. Their
      thumbprints and serial numbers stay until no token can be valid, so that a revocation still finds the
      client.
    </p>
    ${whenAndWhere(request, 'at most the access token duration after it was issued')}
    ${confirmationForm({ id: 'erase', step: 'erase', button, name, typed, hidden: csrf })}`
  return {
    title: 'Certificates in use',
    main,
    crumbs: CLIENT_SOURCE.crumbs(request, read),
    wide: true,
    status,
  }
}

const UNFINISHED = 503

async function erase(request: ConsoleRequest): Promise<Answer> {
  const { form, here, api } = request
  const read = await CLIENT_SOURCE.read(request)
  const [name, typed] = [String(read.record['clientId']), form.get('typed') ?? '']
  if (form.get('step') !== 'erase') return clientPage(request, read)
  if (typed.trim() !== name)
    return clientPage(request, read, { problem: linkToTyped('erase', name), typed, status: 400 })
  const answer = await api.delete(clientPath('certificates/delete', request))
  if (answer.status === UNFINISHED) {
    const problem = 'The tokens have ended, but there are too many certificates for one call. Erase again.'
    return clientPage(request, read, { problem, typed, status: UNFINISHED })
  }
  requireDone(answer)
  return { location: here, notice: 'The tokens of this client have ended, and its certificates are erased.' }
}

export const CERTIFICATES_IN_USE: readonly Route[] = [
  { method: 'GET', path: SERVICE_PATH, needs: 'tokens', handle: showOfService },
  { method: 'GET', path: CLIENT_PATH, needs: 'tokens', handle: showOfClient },
  { method: 'POST', path: CLIENT_PATH, needs: 'tokens', handle: erase },
]

import { html, type Insertable, type Markup } from '../../../markup.ts'
import { CERTIFICATE_SCRIPT, certificateField } from '../../certificate-field.ts'
import { pemOf, readChain, readX509, subjectOf } from '../../certificate-file.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { versionOf } from '../../settings/settings-page.ts'
import { wideTable } from '../../table.ts'
import { type Members, messageOf } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { readOf, SERVICE_CHANGED, SERVICE_SOURCE } from '../service/pages.ts'
import { membersOf } from './certificate-table.ts'

const PATH = '/{serviceId}/issuer-dates'
const SETTING = 'clientCertificatesNotBefore'

function show(request: ConsoleRequest, problem?: Insertable, status = 400): Page {
  const read = readOf(request)
  const hidden = html`${request.csrf}<input type="hidden" name="version" value="${versionOf(read)}" />`
  const dates = membersOf(read.record[SETTING])
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    <p>
      All certificates of a CA whose validity begins before its date are revoked. Every process applies a
      change within <code>registryCacheSeconds</code> of the deployment (10 by default). Names do not count:
      the key of the CA does.
    </p>
    ${
      dates.length === 0
        ? html`<p>No CA has a date.</p>`
        : wideTable(
            { label: 'Dates of CAs' },
            ['CA', 'Revoked if valid from before', 'Remove'],
            dates.map((date, index) => row(date, index, hidden, request)),
            'cards',
          )
    }
    <h2>Set a date</h2>
    <p>Tokens that are bound to these certificates are refused at once, and their clients need newer ones.</p>
    <form method="post" class="typed" data-work>
      ${hidden}
      ${certificateField({
        name: 'issuer',
        label: 'A certificate of the CA',
        value: request.form.get('issuer') ?? '',
        isRequired: true,
      })}
      <p>
        <label for="date">Date and time, UTC</label>
        <input
          id="date"
          name="date"
          type="datetime-local"
          required
          value="${request.form.get('date') ?? ''}"
        />
      </p>
      <p class="actions">
        <button class="danger" name="step" value="set">Revoke the certificates from before</button>
      </p>
    </form>`
  return {
    title: 'Certificates of a CA from before a date',
    main,
    crumbs: SERVICE_SOURCE.crumbs(request, read),
    wide: true,
    scripts: [CERTIFICATE_SCRIPT],
    status: problem === undefined ? 200 : status,
  }
}

function row(date: Members, index: number, hidden: Markup, { now }: ConsoleRequest): Markup {
  const { issuerCertificate, notBefore } = date
  const subject = subjectOf(readX509(String(issuerCertificate)))
  return html`<tr>
    <th scope="row">${subject}</th>
    <td data-head="Revoked if valid from before">${moment(Number(notBefore), now)}</td>
    <td>
      <form method="post">
        ${hidden}<input type="hidden" name="index" value="${index}" />
        <button name="step" value="remove">Remove<span class="hidden"> the date of ${subject}</span></button>
      </form>
    </td>
  </tr>`
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, api, here } = request
  const read = readOf(request)
  if (form.get('version') !== versionOf(read)) return show(request, SERVICE_CHANGED, 409)
  const changed = await changedBy(form, membersOf(read.record[SETTING]))
  if (typeof changed === 'string') return show(request, changed)
  const answer = await api.post('/service/update', { ...read.record, [SETTING]: changed }, read.etag)
  if (answer.status === 200) return { location: here, notice: 'The dates of CAs are changed.' }
  return show(request, messageOf(answer), answer.status)
}

/** @returns a text about the fault of the form, if it has one */
async function changedBy(form: URLSearchParams, dates: readonly Members[]): Promise<Members[] | string> {
  if (form.get('step') === 'remove') {
    const index = Number(form.get('index'))
    return dates[index] === undefined ? 'This date does not exist.' : dates.toSpliced(index, 1)
  }
  if (form.get('step') !== 'set') return 'The action is unknown.'
  const chain = await readChain(form.get('issuer') ?? '')
  if ('fault' in chain) return chain.fault
  // The browser sends a local time without a zone; the page asks for UTC.
  const notBefore = Date.parse(`${form.get('date') ?? ''}Z`)
  if (Number.isNaN(notBefore)) return 'The date is missing or wrong.'
  return [...dates, { issuerCertificate: pemOf(chain.leaf), notBefore }]
}

export const ISSUER_DATES: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'service', handle: (request) => show(request) },
  { method: 'POST', path: PATH, needs: 'service', handle: change },
]

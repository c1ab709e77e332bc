import { html, type Markup } from '../../../markup.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { needsOf } from '../../settings/methods.ts'
import type { Read } from '../../settings/settings-page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { durationWords } from '../../words.ts'
import { secretShown } from './create.ts'
import { CLIENT_SOURCE, clientPath } from './settings.ts'

const PATH = '/{serviceId}/clients/{clientId}/danger'

async function show(request: ConsoleRequest): Promise<Page> {
  return dangerPage(request, await CLIENT_SOURCE.read(request))
}

interface Outcome {
  /** A part that is shown above the others. */
  readonly above?: Markup
  readonly wrongStep?: string
}

/** The name that the user types before an irreversible action. */
function nameToType({ clientName, clientId }: Members): string {
  return typeof clientName === 'string' && clientName.trim() !== '' ? clientName.trim() : String(clientId)
}

function dangerPage(request: ConsoleRequest, read: Read, { above, wrongStep }: Outcome = {}): Page {
  const { record } = read
  const name = nameToType(record)
  const typed = request.form.get('typed') ?? ''
  const part = (step: string, button: string) =>
    confirmationForm({
      ...{ id: step, step, button, name, hidden: request.csrf },
      typed: wrongStep === step ? typed : undefined,
    })
  const problem = wrongStep === undefined ? undefined : linkToTyped(wrongStep, name)
  const main = html`${problem !== undefined && problemBox('Nothing was done.', problem)}${above}${lockPart(request, record)}
    <h2>Cut off: end all tokens</h2>
    <p>
      Every access token, refresh token and authorization code of this client ends. The client remains and can
      get new tokens at once; lock it first if it should not.
    </p>
    ${whenAndWhere(request, lifeWords(request, record))}
    ${
      request.isOrganization
        ? html`<p>
            The organization’s token may not revoke tokens. This needs a credential of the service (role
            <code>manage</code>).
          </p>`
        : part('cut-off', 'End all tokens')
    }
    <h2>New secret</h2>
    <p>
      The new secret replaces the old one. Tokens remain valid. Other processes accept the old secret until
      they reload the client, within <code>registryCacheSeconds</code> of the deployment (10 by default).
      ${
        !usesSecret(record) &&
        html`This client authenticates with <code>${String(record['tokenAuthMethod'])}</code>, so it currently
          uses no secret.`
      }
    </p>
    ${part('new-secret', 'Make a new secret')}
    <h2>Delete</h2>
    <p>
      The client, its settings and all its tokens are deleted and cannot be restored. A client that is created
      again has another number.
    </p>
    ${whenAndWhere(request, lifeWords(request, record))}${part('delete', 'Delete the client')}`
  return {
    title: 'Danger',
    main,
    crumbs: CLIENT_SOURCE.crumbs(request, read),
    status: wrongStep === undefined ? 200 : 400,
  }
}

const usesSecret = ({ tokenAuthMethod }: Members) => needsOf(tokenAuthMethod) === 'secret'

/** Locking can be undone, so the user need not type a name. */
function lockPart({ csrf }: ConsoleRequest, { locked }: Members): Markup {
  const isLocked = locked === true
  return html`<h2>${isLocked ? 'Unlock' : 'Lock'}</h2>
    <p>
      ${
        isLocked
          ? html`<strong>This client is locked.</strong> It gets no tokens, and its existing tokens are
              refused. After unlocking, those that have not expired or been revoked are valid again.`
          : 'A locked client gets no tokens. Its existing tokens are refused from the next request on, at introspection and at every resource server that uses it. Unlocking makes them valid again.'
      }
    </p>
    <form method="post">
      ${csrf}<button ${!isLocked && html`class="danger"`} name="step" value="${isLocked ? 'unlock' : 'lock'}">
        ${isLocked ? 'Unlock the client' : 'Lock the client'}
      </button>
    </form>`
}

/** JWTs that resource servers verify offline are an exception, so the text mentions them each time. */
export function whenAndWhere({ service }: ConsoleRequest, until: string): Markup {
  const isJwt = service?.record['accessTokenSignAlg'] !== undefined
  return html`<p>
    <strong>When and where:</strong> from the next request on, at introspection and at every resource server
    that uses it.
    ${isJwt && `A resource server that verifies JWTs offline accepts a JWT until it expires; ${until}.`}
  </p>`
}

/** The longest time for which JWTs outlive the end of the others. */
function lifeWords({ service }: ConsoleRequest, { extension }: Members): string {
  const own = (extension as Members | undefined)?.['accessTokenDuration']
  return `at most ${durationWords(Number(own ?? service?.record['accessTokenDuration'] ?? 0))} after it was issued`
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, here } = request
  const read = await CLIENT_SOURCE.read(request)
  const step = form.get('step') ?? ''
  if (step === 'lock' || step === 'unlock') {
    const body = { clientLocked: step === 'lock' }
    requireDone(await request.api.post(clientPath('lock_flag/update', request), body))
    return { location: here, notice: step === 'lock' ? 'The client is locked.' : 'The client is unlocked.' }
  }
  const act = Object.hasOwn(ACTS, step) ? ACTS[step] : undefined
  if (act === undefined) return { location: here, notice: 'The action is unknown. Nothing was done.' }
  if (form.get('typed')?.trim() !== nameToType(read.record))
    return dangerPage(request, read, { wrongStep: step })
  return act(request, read)
}

type Act = (request: ConsoleRequest, read: Read) => Promise<Answer>

const ACTS: Readonly<Record<string, Act>> = {
  'cut-off': async (request, { record }) => {
    const { api, here } = request
    requireDone(await api.post('/auth/token/revoke', { clientIdentifier: String(record['clientId']) }))
    return { location: here, notice: 'All tokens of this client have ended.' }
  },
  'new-secret': async (request, read) => {
    const secret = requireDone(await request.api.get(clientPath('secret/refresh', request)))[
      'newClientSecret'
    ]
    return dangerPage(request, read, { above: secretShown(String(secret), 'The new secret of the client') })
  },
  delete: async (request, { record }) => {
    requireDone(await request.api.delete(clientPath('delete', request)))
    const location = `/${request.params['serviceId'] ?? ''}/clients`
    return { location, notice: `Deleted the client ${nameToType(record)}, and all its tokens.` }
  },
}

export const CLIENT_DANGER: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'clients', handle: show },
  { method: 'POST', path: PATH, needs: 'clients', handle: change },
]

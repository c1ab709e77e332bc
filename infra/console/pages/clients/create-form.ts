import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import { controlOf, tick } from '../../settings/controls.ts'
import { FIELDS } from '../../settings/fields.ts'
import { labelOf } from '../../settings/labels.ts'
import { METHODS, type Needs, needsOf } from '../../settings/methods.ts'
import { isJsonObject } from '../../../../shared/json.ts'
import { readValue } from '../../settings/values.ts'
import { markdown } from '../../words.ts'
import { certificateField } from '../../certificate-field.ts'
import { BINDING_SWITCH } from './binding.ts'
import { aboutCertificate } from './certificate-choice.ts'
import { type ReadDraft, NAME_SETTINGS } from './draft.ts'

/** The fields of an empty form. */
export function emptyDraft({ service }: ConsoleRequest): URLSearchParams {
  const { methods } = offered(service?.record ?? {})
  const method = [...METHODS.keys()].map(String).find((one) => methods.includes(one)) ?? ''
  return new URLSearchParams([
    ['clientType', needsOf(method) === 'nothing' ? 'PUBLIC' : 'CONFIDENTIAL'],
    ['tokenAuthMethod', method],
    [BINDING_SWITCH, 'on'],
  ])
}

interface Offer {
  readonly methods: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
}

function offered({
  supportedTokenAuthMethods,
  supportedGrantTypes,
  supportedScopes,
}: Record<string, unknown>): Offer {
  const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
  const scopes = Array.isArray(supportedScopes) ? supportedScopes.filter(isJsonObject) : []
  return {
    methods: texts(supportedTokenAuthMethods),
    grants: texts(supportedGrantTypes),
    scopes: scopes.map(({ name }) => String(name)),
  }
}

/** The three steps on one page. It also works without the script: a button reads the certificate. */
export function createForm(request: ConsoleRequest, form: URLSearchParams, read: ReadDraft): Markup {
  return html`<form method="post" class="create" data-work ${request.form.size > 0 && html`data-unsaved`}>
    ${request.csrf}${kindStep(form)}${proofStep(request, form, read)}${allowedStep(request, form)}
    <div class="actions">
      <button class="first" name="step" value="create">Create the client</button>
    </div>
  </form>`
}

function kindStep(form: URLSearchParams): Markup {
  return html`<h2>1. What kind of client is it?</h2>
    ${text(form, 'clientName', 'Shown in the list of clients and where end-users give consent.')}
    ${text(form, 'clientIdAlias', 'A readable client ID. Without it, the ID is a number.')}
    <fieldset>
      <legend>Client type</legend>
      ${radio(form, 'clientType', 'CONFIDENTIAL', 'Confidential: a server that keeps a key or a secret')}
      ${radio(form, 'clientType', 'PUBLIC', 'Public: an app on its users’ devices, which cannot keep a secret')}
    </fieldset>`
}

function proofStep(request: ConsoleRequest, form: URLSearchParams, read: ReadDraft): Markup {
  const { methods } = offered(request.service?.record ?? {})
  return html`<h2>2. How does it authenticate?</h2>
    <fieldset>
      <legend>${labelOf('tokenAuthMethod')}</legend>
      ${[...METHODS].map(([method, { label, needs }]) =>
        radio(form, 'tokenAuthMethod', String(method), label, {
          isOffered: methods.includes(String(method)),
          needs,
        }),
      )}
    </fieldset>
    <div data-for="name certificates">
      ${certificateField({
        name: 'certificate',
        label: 'Certificate of the client',
        value: form.get('certificate') ?? '',
        describedBy: 'certificate-help',
      })}
      <p id="certificate-help">
        PEM, DER or base64; never the private key. Only the name that you choose is sent to the Web API, or
        the certificate itself if it is self-signed.
      </p>
      <div class="actions"><button name="step" value="read" class="read">Read the certificate</button></div>
      <div id="read" aria-live="polite">${aboutCertificate(request, form, read)}</div>
      ${typedName(form)}
    </div>
    <div data-for="keys certificates">
      <p>
        <label for="jwks">${labelOf('jwks')}</label>
        <textarea id="jwks" name="jwks" rows="4" spellcheck="false">
${'\n'}${form.get('jwks') ?? ''}</textarea>
      </p>
      ${text(form, 'jwksUri', 'Alternatively, the URL where the client publishes its keys.')}
    </div>`
}

/** The fields for a name without its certificate. */
function typedName(form: URLSearchParams): Markup {
  return html`<details data-for="name">
    <summary>No certificate at hand? Type one of its names</summary>
    <p>
      <label for="typedSetting">Kind of name</label>
      <select id="typedSetting" name="typedSetting">
        ${NAME_SETTINGS.map(
          (name) =>
            html`<option value="${name}" ${form.get('typedSetting') === name && html`selected`}>
              ${labelOf(name)}
            </option>`,
        )}
      </select>
    </p>
    <p>
      <label for="typedName">Name</label>
      <input id="typedName" name="typedName" value="${form.get('typedName') ?? ''}" spellcheck="false" />
    </p>
  </details>`
}

function allowedStep(request: ConsoleRequest, form: URLSearchParams): Markup {
  const { service } = request
  const { grants, scopes } = offered(service?.record ?? {})
  const field = FIELDS.client.get('redirectUris')
  const help = FIELDS.client.get(BINDING_SWITCH)?.help ?? ''
  return html`<h2>3. What may it do?</h2>
    <fieldset>
      <legend>Grants</legend>
      ${grants.map((grant) => tick('grantTypes', grant, form.getAll('grantTypes').includes(grant)))}
    </fieldset>
    ${
      field !== undefined &&
      html`<p>
        <label for="setting-redirectUris">${field.label}, one per line</label>
        ${controlOf(field, { value: readValue(field, form), describedBy: 'redirect-help', isWrong: false, isFirst: false, now: request.now })}
        <span id="redirect-help" class="beside"
          >Where authorization codes are sent. Client credentials do not need it.</span
        >
      </p>`
    }
    ${
      scopes.length > 0 &&
      html`<fieldset>
        <legend>Scopes it may request</legend>
        <p>If none is selected, the client may request all scopes of the service.</p>
        ${scopes.map((scope) => tick('scopes', scope, form.getAll('scopes').includes(scope)))}
      </fieldset>`
    }
    <h3>Access Token</h3>
    <label class="tick">
      <input
        type="checkbox"
        role="switch"
        class="switch"
        name="${BINDING_SWITCH}"
        aria-describedby="binding-help"
        ${form.has(BINDING_SWITCH) && html`checked`}
      />
      ${labelOf(BINDING_SWITCH)}
    </label>
    <div id="binding-help">
      <p><code>${BINDING_SWITCH}</code></p>
      <p>${markdown(help)}</p>
    </div>
    ${
      service?.record[BINDING_SWITCH] !== true &&
      html`<div class="warning">Off for the service: tokens of this client are currently NOT bound.</div>`
    }`
}

function text(form: URLSearchParams, name: string, help: string): Markup {
  return html`<p>
    <label for="${name}">${labelOf(name)}</label>
    <input
      id="${name}"
      name="${name}"
      value="${form.get(name) ?? ''}"
      maxlength="2000"
      spellcheck="false"
      aria-describedby="${name}-help"
    />
    <span id="${name}-help" class="beside">${help}</span>
  </p>`
}

/** @param method the method of the choice; parts of the form with its need in `data-for` are shown while it is chosen */
function radio(
  form: URLSearchParams,
  name: string,
  value: string,
  words: string,
  { isOffered, needs }: { readonly isOffered: boolean; readonly needs?: Needs } = { isOffered: true },
): Markup {
  return html`<label class="tick">
    <input
      type="radio"
      name="${name}"
      value="${value}"
      ${needs !== undefined && html`data-needs="${needs}"`}
      ${form.get(name) === value && html`checked`}
      ${!isOffered && html`disabled`}
    />
    <span><code>${value}</code> ${words}${!isOffered && ' (not supported by this service)'}</span>
  </label>`
}

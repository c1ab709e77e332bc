import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import type { Members } from '../../web-api.ts'
import { commandOf, type Question } from './question.ts'
import { stepsOf, stepTable } from './steps.ts'

/** An answer of introspection. */
export interface Decision {
  readonly question: Question
  readonly json: Members
  readonly body: Readonly<Record<string, unknown>>
  readonly url: string
  /** Whether the command contains the token and the certificate. */
  readonly isWhole: boolean
}

/** The answer with its steps, and the request as a command. */
export function decisionOf(
  { question, json, body, url, isWhole }: Decision,
  request: ConsoleRequest,
): Markup {
  const { params, now, service } = request
  const steps = stepsOf(json)
  return html`<section aria-labelledby="decision">
    <h2 id="decision">The decision</h2>
    ${verdict(json)}
    ${
      steps === undefined
        ? withoutSteps(service === undefined)
        : stepTable(steps, { serviceId: params['serviceId'] ?? '', now })
    }
    <details ${isWhole && html`open`}>
      <summary>As a curl command</summary>
      <pre tabindex="0"><code>${commandOf(url, body, isWhole)}</code></pre>
      ${
        isWhole
          ? html`<p>It contains the token and the certificate: do not share it.</p>`
          : html`<p>Token, certificate and proof are left out.</p>
              ${again(question, request)}`
      }
    </details>
  </section>`
}

function verdict({ action, resultMessage, responseContent }: Members): Markup {
  const isAccepted = action === 'OK'
  return html`<div class="verdict ${isAccepted ? 'accepted' : 'refused'}" role="status">
    <p>
      ${isAccepted ? html`<span class="yes">accepted</span>` : html`<span class="no">refused</span>`}
      <strong>${String(action)}</strong>
    </p>
    <p>${String(resultMessage)}</p>
    ${
      !isAccepted &&
      typeof responseContent === 'string' &&
      html`<p>The client gets: <code>${responseContent}</code></p>`
    }
  </div>`
}

function withoutSteps(isSmallRole: boolean): Markup {
  if (isSmallRole)
    return html`<p class="notice">
      The steps are missing. They show what a resource server must not learn from a stolen token, so the Web
      API returns them only to the role <code>manage</code>. The credential of this console has a smaller
      role.
    </p>`
  return html`<p class="notice">
    The answer has no steps: nothing was checked, or the version of the deployment does not report them.
  </p>`
}

/** The form that asks the same question again and shows the whole command. */
function again(question: Question, { csrf }: ConsoleRequest): Markup {
  const fields = Object.entries(question).map(
    ([name, value]: readonly [string, string]) =>
      html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<form method="post">
    ${csrf}${fields}
    <button name="step" value="whole">Show it with these values</button>
  </form>`
}

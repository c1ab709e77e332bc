import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { requireDone } from '../../web-api.ts'
import { CERTIFICATE_SCRIPT } from '../../certificate-field.ts'
import { refusedByRole } from '../failures.ts'
import { type Decision, decisionOf } from './decision.ts'
import { questionForm } from './question-form.ts'
import { bodyOf, NO_QUESTION, type Problem, problemOf, type Question, readQuestion } from './question.ts'

const PATH = '/{serviceId}/explain'
const INTROSPECTION = '/auth/introspection'

function show(request: ConsoleRequest): Answer {
  return refusedToOrganization(request) ?? rendered(request, NO_QUESTION)
}

/** Asks the Web API. The answer is on this page, so neither the token nor the certificate is ever in a URL. */
async function ask(request: ConsoleRequest): Promise<Answer> {
  const refused = refusedToOrganization(request)
  if (refused !== undefined) return refused
  const { api, form, service, params, baseUrl } = request
  const question = readQuestion(form)
  // The form was not accepted.
  if (!form.has('step')) return rendered(request, question)
  const problem = problemOf(question)
  if (problem !== undefined) return rendered(request, question, { problem })
  // Smaller roles may request the decision, but not its steps.
  const body = bodyOf(question, service !== undefined)
  const answer = await api.post(INTROSPECTION, body)
  const json = typeof answer.json['action'] === 'string' ? answer.json : requireDone(answer)
  const url = `${baseUrl}/api/${params['serviceId'] ?? ''}${INTROSPECTION}`
  const isWhole = form.get('step') === 'whole'
  return rendered(request, question, { decision: { question, json, body, url, isWhole } })
}

/** The organization's token may not read tokens. */
function refusedToOrganization(request: ConsoleRequest): Page | undefined {
  return request.isOrganization ? refusedByRole('tokens', request) : undefined
}

interface Outcome {
  readonly problem?: Problem
  readonly decision?: Decision
}

function rendered(request: ConsoleRequest, question: Question, { problem, decision }: Outcome = {}): Page {
  const main = html`<p>
      Why is a token accepted or refused? The console asks
      <code>/auth/introspection</code> as a resource server does, and shows each check in order. The first
      failed check decides.
    </p>
    ${decision !== undefined && decisionOf(decision, request)}
    <form method="post">${request.csrf}${questionForm(question, problem)}</form>
    ${whatLeaves()}`
  return {
    title: 'Decision explainer',
    main,
    wide: true,
    scripts: [CERTIFICATE_SCRIPT],
    status: problem === undefined ? 200 : 400,
  }
}

function whatLeaves(): Markup {
  return html`<h2>Data that leaves this machine</h2>
    <p>
      The token, certificate and proof are sent to the Web API of your deployment once for each question,
      because only it can decide. The console keeps them out of URLs, titles and logs, and does not store
      them.
    </p>`
}

export const EXPLAINER: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'nothing', handle: show },
  { method: 'POST', path: PATH, needs: 'nothing', handle: ask },
]

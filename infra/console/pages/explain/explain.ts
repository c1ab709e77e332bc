import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { requireDone } from '../../web-api.ts'
import { CERTIFICATE_SCRIPT } from '../certificate/field.ts'
import { refusedByRole } from '../failures.ts'
import { type Decision, decisionOf } from './decision.ts'
import { questionForm } from './question-form.ts'
import { bodyOf, NO_QUESTION, type Problem, problemOf, type Question, readQuestion } from './question.ts'

const PATH = '/{serviceId}/explain'
const INTROSPECTION = '/auth/introspection'

function show(request: ConsoleRequest): Answer {
  return refusedToOrganization(request) ?? rendered(request, NO_QUESTION)
}

/** Asks the Web API. The answer is this page itself, so neither token nor certificate is ever in an address. */
async function ask(request: ConsoleRequest): Promise<Answer> {
  const refused = refusedToOrganization(request)
  if (refused !== undefined) return refused
  const { api, form, service, params, baseUrl } = request
  const question = readQuestion(form)
  // The form was not taken.
  if (!form.has('step')) return rendered(request, question)
  const problem = problemOf(question)
  if (problem !== undefined) return rendered(request, question, { problem })
  // Smaller roles may ask for the decision, but not for its steps.
  const body = bodyOf(question, service !== undefined)
  const answer = await api.post(INTROSPECTION, body)
  const json = typeof answer.json['action'] === 'string' ? answer.json : requireDone(answer)
  const url = `${baseUrl}/api/${params['serviceId'] ?? ''}${INTROSPECTION}`
  const isWhole = form.get('step') === 'whole'
  return rendered(request, question, { decision: { question, json, body, url, isWhole } })
}

/** The owner's token reaches no token of a service. */
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
      <code>/auth/introspection</code> as a resource server does, and shows each check in its order. The first
      that fails is the answer.
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
  return html`<h2>What leaves this machine</h2>
    <p>
      Token, certificate and proof go to the Web API of your deployment, once for each question, because only
      it can decide. They are in no address, title or log of the console, and it forgets them with the answer.
    </p>`
}

export const EXPLAINER: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'nothing', handle: show },
  { method: 'POST', path: PATH, needs: 'nothing', handle: ask },
]

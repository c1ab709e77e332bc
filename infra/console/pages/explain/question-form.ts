import { html, type Markup } from '../../../markup.ts'
import { certificateField } from '../../certificate-field.ts'
import type { Problem, Question } from './question.ts'

/** The fields of a question. The token is masked on the screen, and the browser does not store it. */
export function questionForm(question: Question, problem: Problem | undefined): Markup {
  const field = (name: keyof Question, label: string, hint = '', isSecret = false) => {
    const isWrong = problem?.[0] === name
    return html`<p class="field">
      <label for="${name}">${label}</label>
      ${hint !== '' && html`<span id="hint-${name}" class="hint">${hint}</span>`}
      <input
        id="${name}"
        name="${name}"
        value="${question[name]}"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        class="${isSecret ? 'masked mono' : 'mono'}"
        ${isWrong && html`aria-invalid="true"`}
        ${isWrong ? html`aria-describedby="problem"` : hint !== '' && html`aria-describedby="hint-${name}"`}
      />
    </p>`
  }
  const isMore = [question.resources, question.acrValues, question.maxAge, question.dpop].some(
    (text) => text !== '',
  )
  return html`<h2>The question</h2>
    ${problem !== undefined && html`<p id="problem" class="error" role="alert">${problem[1]}</p>`}
    ${field('token', 'Access token', '', true)}
    ${certificateField({
      name: 'clientCertificate',
      label: 'Certificate of the presenter (if any)',
      value: question.clientCertificate,
      describedBy: problem?.[0] === 'clientCertificate' ? 'problem' : undefined,
    })}
    ${field('scopes', 'Scopes', 'Required scopes, separated by spaces.')}
    ${field('subject', 'Subject', 'Required end-user.')}
    <details ${isMore && html`open`}>
      <summary>More: resources, authentication, DPoP</summary>
      ${field('resources', 'Resources', 'Required resources, separated by spaces.')}
      ${field('acrValues', 'Authentication context classes', 'Accepted classes, separated by spaces. One is enough.')}
      ${field('maxAge', 'Maximum age of the authentication', 'In seconds.')}
      ${field('dpop', 'DPoP proof', 'If the deployment offers DPoP.', true)}
      ${field('htm', 'Method of the request', 'Required with a proof, for example GET.')}
      ${field('htu', 'URL of the request', 'Required with a proof.')}
    </details>
    <p class="actions"><button class="first" name="step" value="explain">Explain</button></p>`
}

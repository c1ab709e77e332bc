// What every page has. All pages work without it.

import { withoutPrivateKeys } from './private-key.js'

const KEEP_MILLISECONDS = 5 * 60_000
const NO_SESSION =
  'The session has ended. Nothing is lost: open a new link of the console in another tab, then do this again here.'
const NO_CONSOLE =
  'The console does not answer. What you typed is still here: see its terminal, then do this again.'
const PRIVATE_KEY = 'This is a private key. It was not taken: give the certificate, or the public key.'

let isLeaving = false

/** A button with `data-copy` copies that text, one with `data-copy-from` the text of an element, and says so. */
document.addEventListener('click', (event) => {
  const button =
    event.target instanceof Element ? event.target.closest('[data-copy], [data-copy-from]') : null
  if (button === null) return
  const { copy, copyFrom } = button.dataset
  navigator.clipboard.writeText(copy ?? document.getElementById(copyFrom).textContent).then(
    () => (button.textContent = 'Copied'),
    () => (button.textContent = 'Not copied'),
  )
})

/** A link within the page leaves no fragment in the address: with one, the answer of a form would not begin at its top. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null
  if (link === null) return
  event.preventDefault()
  document.getElementById(link.hash.slice(1))?.focus()
})

/** After something was made, a reload shows it, and does not make another one. */
const after = document.querySelector('[data-after]')?.dataset.after
if (after !== undefined) history.replaceState(null, '', after)

/** `/` goes to the search, unless somebody types. */
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null
  const search = document.getElementById('search-clients')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || search === null) return
  event.preventDefault()
  search.focus()
})

/** Says something at a control, and what was said there before no more. */
function say(control, text) {
  const said = control.nextElementSibling?.matches('.said-here') ? control.nextElementSibling : undefined
  const place = said ?? document.createElement('p')
  place.className = 'error said-here'
  place.role = 'alert'
  place.textContent = text
  if (said === undefined) control.after(place)
}

const isPrivate = (text) => typeof text === 'string' && withoutPrivateKeys(text) !== text

/** A private key that is pasted or dropped does not get into the page. */
document.addEventListener('beforeinput', (event) => {
  const text = event.data ?? event.dataTransfer?.getData('text/plain')
  if (!isPrivate(text)) return
  event.preventDefault()
  say(event.target, PRIVATE_KEY)
})

/** Unsaved work: leaving asks, and the session is kept. */
document.addEventListener(
  'input',
  ({ target }) => target.form?.matches('[data-work]') && (target.form.dataset.unsaved = ''),
)
const hasWork = () => document.querySelector('form[data-unsaved]') !== null
globalThis.addEventListener('beforeunload', (event) => hasWork() && !isLeaving && event.preventDefault())
setInterval(() => hasWork() && fetch('/session').catch(() => undefined), KEEP_MILLISECONDS)
document.addEventListener('click', ({ target }) => {
  if (target instanceof Element && target.closest('.discard') !== null) isLeaving = true
})

/** Before a form is sent: it has no private key, and its secret is of the present session. */
async function isReady(form, button) {
  const control = [...form.elements].find(({ value }) => isPrivate(value))
  if (control !== undefined) {
    say(control, PRIVATE_KEY)
    control.focus()
    return false
  }
  try {
    const answer = await fetch('/session')
    if (answer.ok) form.elements.csrf.value = (await answer.json()).csrf
    else say(button, NO_SESSION)
    return answer.ok
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    say(button, NO_CONSOLE)
    return false
  }
}

const ready = new WeakSet()
async function hold(event) {
  const { target: form, submitter } = event
  if (!isChange(form) || ready.delete(form)) return
  event.preventDefault()
  event.stopPropagation()
  if (!(await isReady(form, submitter ?? form.lastElementChild))) return
  ready.add(form)
  form.requestSubmit(submitter)
}
const isChange = (form) => form.getAttribute('method') === 'post' && form.closest('main') !== null
document.addEventListener('submit', hold, true)
document.addEventListener('submit', (event) => {
  if (isChange(event.target) && !event.defaultPrevented) isLeaving = true
})

/** The theme changes without leaving the page. */
document.querySelector('form.theme')?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { target: form, submitter: button } = event
  if (!(await isReady(form, button))) return
  const body = new URLSearchParams(new FormData(form, button))
  const answer = await fetch(form.action, { method: 'POST', body })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  document.documentElement.dataset.theme = page.documentElement.dataset.theme
  const next = page.querySelector('form.theme button')
  for (const name of ['value', 'ariaLabel', 'textContent']) button[name] = next[name]
})

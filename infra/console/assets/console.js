// The script of every page. All pages work without it.

import { withoutPrivateKeys } from './private-key.js'

const KEEP_MILLISECONDS = 5 * 60_000
const NO_SESSION =
  'The session has ended. Nothing is lost: open a new link of the console in another tab, then try again here.'
const NO_CONSOLE =
  'The console does not answer. Your input is still here: check its terminal, then try again.'
const PRIVATE_KEY = 'This is a private key, so it was removed. Enter the certificate or the public key.'

let isLeaving = false

/** A button with `data-copy` copies that text, one with `data-copy-from` the text of an element. The button shows the result. */
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

/** Links within the page do not change the URL. With a fragment, the answer to a form would not be shown from its top. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null
  if (link === null) return
  event.preventDefault()
  document.getElementById(link.hash.slice(1))?.focus()
})

/** After something was created, a reload shows it, and does not create another one. */
const after = document.querySelector('[data-after]')?.dataset.after
if (after !== undefined) history.replaceState(null, '', after)

/** The key `/` moves the focus to the search, except while the user types. */
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null
  const search = document.getElementById('search-clients')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || search === null) return
  event.preventDefault()
  search.focus()
})

/** Shows a message at a control. It replaces an earlier one. */
function say(control, text) {
  const said = control.nextElementSibling?.matches('.said-here') ? control.nextElementSibling : undefined
  const place = said ?? document.createElement('p')
  place.className = 'error said-here'
  place.role = 'alert'
  place.textContent = text
  if (said === undefined) control.after(place)
}

const isPrivate = (text) => typeof text === 'string' && withoutPrivateKeys(text) !== text

/** A private key that is pasted or dropped is removed. */
document.addEventListener('beforeinput', (event) => {
  const text = event.data ?? event.dataTransfer?.getData('text/plain')
  if (!isPrivate(text)) return
  event.preventDefault()
  say(event.target, PRIVATE_KEY)
})

/** With unsaved work, the browser asks before it leaves the page, and the session is kept alive. */
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

/** Prepares a form for sending: it must contain no private key, and it gets the secret of the current session. */
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

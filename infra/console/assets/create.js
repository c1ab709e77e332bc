// Reads a certificate as soon as it is entered. Without this script, a button does so.

const form = document.querySelector('form.create')
const field = form.elements.certificate
const button = form.querySelector('.read')
const place = document.getElementById('read')
let latest = new AbortController()

async function read() {
  latest.abort()
  latest = new AbortController()
  const { signal } = latest
  const body = new URLSearchParams(new FormData(form))
  body.set('step', 'read')
  try {
    const answer = await fetch(location.pathname, { method: 'POST', body, signal })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    place.replaceChildren(...(page.getElementById('read')?.childNodes ?? []))
  } catch (error) {
    // If a newer certificate was entered, this one does not matter. Otherwise the button shows what is wrong.
    if (error.name !== 'AbortError') button.hidden = false
  }
}

/** Each kind of client has its own methods (console.css). */
form.addEventListener('change', ({ target }) => {
  if (target.name !== 'clientType') return
  const fits = ({ dataset, disabled }) =>
    !disabled && (dataset.needs === 'nothing') === (target.value === 'PUBLIC')
  const methods = [...form.elements.tokenAuthMethod].filter(fits)
  if (!methods.some(({ checked }) => checked) && methods.length > 0) methods[0].checked = true
})

field.addEventListener('input', read)
button.hidden = true

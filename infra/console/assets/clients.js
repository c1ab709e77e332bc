// Searches while somebody types. Without it the form is sent.

const WAIT_MILLISECONDS = 250

const form = document.querySelector('form.find')
const field = document.getElementById('find')
let timer
let latest = new AbortController()

async function search() {
  latest.abort()
  latest = new AbortController()
  const { signal } = latest
  const text = field.value.trim()
  const url = text === '' ? form.action : `${form.action}?${new URLSearchParams({ search: text })}`
  try {
    const answer = await fetch(url, { signal })
    if (!answer.ok) return location.assign(url)
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    history.replaceState(null, '', url)
  } catch (error) {
    if (error.name !== 'AbortError') location.assign(url)
  }
}

function show(page) {
  document.getElementById('found').textContent = page.getElementById('found').textContent
  document.getElementById('results').replaceChildren(...page.getElementById('results').childNodes)
}

field.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(search, WAIT_MILLISECONDS)
})

// Searches while the user types or chooses. Without this script the form is sent.

const WAIT_MILLISECONDS = 250

const form = document.querySelector('form.find')
let timer
let latest = new AbortController()

async function search() {
  latest.abort()
  latest = new AbortController()
  const { signal } = latest
  const given = [...new FormData(form)].filter(([, text]) => text.trim() !== '')
  const url = given.length === 0 ? form.action : `${form.action}?${new URLSearchParams(given)}`
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

form.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(search, WAIT_MILLISECONDS)
})

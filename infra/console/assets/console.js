// Small things that every page has. All pages work without it.

/** A button with `data-copy` copies that text, and says so. */
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null
  if (button === null) return
  navigator.clipboard.writeText(button.dataset.copy).then(
    () => (button.textContent = 'Copied'),
    () => (button.textContent = 'Not copied'),
  )
})

/** `/` goes to the search, unless somebody types. */
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null
  const search = document.getElementById('search-clients')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || search === null) return
  event.preventDefault()
  search.focus()
})

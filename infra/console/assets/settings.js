// Lists the changes of a settings page while the user types. Without this script, the page shows them for review when it is sent.

function live(form) {
  const bar = form.querySelector('.bar')
  const heading = bar.querySelector('h2')
  const list = bar.querySelector('.list')
  const command = bar.querySelector('[value="review"]')
  form.querySelector('.unsent')?.remove()
  // The list already shows every change, so no review is necessary.
  form.querySelector('[name="reviewed"]')?.remove()

  const update = () => {
    const rows = [...form.querySelectorAll('.setting')].map(changeIn).filter((change) => change !== undefined)
    for (const row of form.querySelectorAll('.setting'))
      row.classList.toggle('changed', changeIn(row) !== undefined)
    bar.hidden = rows.length === 0
    form.toggleAttribute('data-unsaved', rows.length > 0)
    const count = `${rows.length} ${rows.length === 1 ? 'change' : 'changes'} to save`
    if (heading.textContent !== count) heading.textContent = count
    list.replaceChildren(tableOf(rows))
  }
  form.addEventListener('input', () => {
    document.getElementById('curl')?.remove()
    grow(form)
    update()
  })
  let isShownHere = true
  form.addEventListener('submit', async (event) => {
    if (event.submitter !== command || !isShownHere) return
    event.preventDefault()
    const body = new URLSearchParams(new FormData(form, command))
    const answer = await fetch(location.href, { method: 'POST', body })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const part = page.getElementById('curl')
    // The page shows why the preview failed.
    isShownHere = part?.open === true
    if (!isShownHere) return form.requestSubmit(command)
    document.getElementById('curl')?.remove()
    list.after(part)
    part.firstElementChild.focus()
  })
  // The controls get their initial values after the event.
  form.addEventListener('reset', () => setTimeout(update))
  // A browser may restore input from an earlier visit of the page.
  update()
}

/** Keeps an empty row at the end of a list. */
function grow(form) {
  for (const list of form.querySelectorAll('[data-grows]')) {
    const last = list.lastElementChild
    if (controlsIn(last).every((control) => control.type === 'checkbox' || control.value === '')) continue
    const next = last.cloneNode(true)
    for (const control of next.querySelectorAll('input, textarea')) {
      control.ariaLabel = control.ariaLabel?.replace(/\d+$/, (number) => Number(number) + 1) ?? null
      control.name = control.name.replace(/\.(\d+)\./, (_, index) => `.${Number(index) + 1}.`)
      if (control.type === 'checkbox') control.checked = false
      else if (control.type !== 'hidden') control.value = ''
    }
    list.append(next)
  }
}

function changeIn(row) {
  // If the page was sent before, a template contains the values of the record.
  const record = row.querySelector('template')?.content ?? row
  const [from, to] = [controlsIn(record).map(before).filter(isSet), controlsIn(row).map(now).filter(isSet)]
  const texts = [from.join(', '), to.join(', ')]
  return texts[0] === texts[1] ? undefined : { member: row.dataset.member, texts }
}

const controlsIn = (part) => [...part.querySelectorAll('input:not([type="hidden"]), select, textarea')]
const isSet = (text) => text !== undefined && text !== ''

function before(control) {
  if (control.type === 'checkbox') return ticked(control, control.defaultChecked)
  if (control.tagName !== 'SELECT') return control.defaultValue.trim()
  return [...control.options].find((option) => option.defaultSelected)?.value
}

function now(control) {
  return control.type === 'checkbox' ? ticked(control, control.checked) : control.value.trim()
}

/** A switch is true or false. A box of several has its value, or none. */
function ticked(control, isOn) {
  if (control.classList.contains('switch')) return String(isOn)
  if (control.name.endsWith('?')) return isOn ? 'set:' : 'not set'
  return isOn ? control.value : undefined
}

function tableOf(rows) {
  const table = document.createElement('table')
  table.createTHead().append(line('th', ['Setting', 'Old', 'New'], 'col'))
  const body = table.createTBody()
  for (const { member, texts } of rows) {
    const row = line('td', [member, ...texts.map(short)])
    row.firstChild.className = 'mono'
    body.append(row)
  }
  return table
}

function line(tag, texts, scope) {
  const row = document.createElement('tr')
  for (const text of texts) {
    const cell = document.createElement(tag)
    cell.textContent = text
    if (scope !== undefined) cell.scope = scope
    row.append(cell)
  }
  return row
}

const short = (text) =>
  text === '' ? 'not set' : text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text

live(document.querySelector('form.settings'))

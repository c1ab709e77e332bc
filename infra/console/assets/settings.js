// Lists the changes of a settings page while somebody types. Without it the page reviews them when it is sent.

function live(form) {
  const bar = form.querySelector('.bar')
  const heading = bar.querySelector('h2')
  const list = bar.querySelector('.list')
  form.querySelector('.unsent').hidden = true

  const update = () => {
    const rows = [...form.querySelectorAll('.setting')].map(changeIn).filter((change) => change !== undefined)
    for (const row of form.querySelectorAll('.setting'))
      row.classList.toggle('changed', changeIn(row) !== undefined)
    bar.hidden = rows.length === 0
    const count = `${rows.length} ${rows.length === 1 ? 'change' : 'changes'}`
    if (heading.textContent !== count) heading.textContent = count
    list.replaceChildren(tableOf(rows))
  }
  form.addEventListener('input', update)
  // The controls have their first values after the event.
  form.addEventListener('reset', () => setTimeout(update))
  // A browser may fill in what was typed before the page was left.
  update()
}

function changeIn(row) {
  const controls = [...row.querySelectorAll('input:not([type="hidden"]), select, textarea')]
  const [from, to] = [controls.map(before).filter(isSet), controls.map(now).filter(isSet)]
  const texts = [from.join(', '), to.join(', ')]
  return texts[0] === texts[1] ? undefined : { member: row.dataset.member, texts }
}

const isSet = (text) => text !== undefined && text !== ''

function before(control) {
  if (control.type === 'checkbox') return ticked(control, control.defaultChecked)
  if (control.tagName !== 'SELECT') return control.defaultValue.trim()
  return [...control.options].find((option) => option.defaultSelected)?.value
}

function now(control) {
  return control.type === 'checkbox' ? ticked(control, control.checked) : control.value.trim()
}

/** A switch has two words. One box of several has its value, or nothing. */
function ticked(control, isOn) {
  if (control.classList.contains('switch')) return String(isOn)
  if (control.name.endsWith('?')) return isOn ? 'set:' : 'absent'
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
  text === '' ? 'absent' : text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text

const form = document.querySelector('form.settings[data-live="yes"]')
if (form !== null) live(form)

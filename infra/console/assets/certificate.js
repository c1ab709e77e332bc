// A file that is dropped on a certificate field, or chosen there, becomes its text. It is sent only with the form.

import { withoutPrivateKeys } from './private-key.js'

const MAX_BYTES = 48 * 1024
const SEQUENCE = 0x30

/** Returns PEM and base64 unchanged, and DER as base64. */
function textOf(bytes) {
  const isDer = bytes[0] === SEQUENCE && bytes.some((byte) => byte > 0x7f || byte === 0)
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return isDer ? btoa(binary) : binary
}

const isRead = ({ dataset }) => dataset.read !== undefined

/** Sends the form, so that the page shows the content of the certificate before it is saved. */
function read(field) {
  const button = document.createElement('button')
  const { dataset } = field
  const form = field.closest('form')
  // A list that is not set has no members.
  const set = form.elements[`${dataset.certificate}?`]
  if (set !== undefined) set.checked = true
  Object.assign(button, { name: 'step', value: `read ${dataset.certificate}`, hidden: true })
  form.append(button)
  form.requestSubmit(button)
}

async function take(field, file) {
  const said = field.querySelector('.said')
  const area = field.querySelector('textarea')
  if (file.size > MAX_BYTES) return void (said.textContent = 'This file is too large to be a certificate.')
  const text = textOf(new Uint8Array(await file.arrayBuffer()))
  if (withoutPrivateKeys(text) !== text)
    return void (said.textContent = 'This is a private key. It was removed.')
  const before = field.dataset.read === 'add' ? area.value.trimEnd() : ''
  area.value = before === '' ? text : `${before}\n${text}`
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
  if (isRead(field)) return read(field)
  said.textContent = `Read: ${file.name}`
}

for (const field of document.querySelectorAll('[data-certificate]')) {
  const choice = field.querySelector('input[type="file"]')
  field.querySelector('.choose').hidden = false
  choice.addEventListener('change', () => choice.files[0] && take(field, choice.files[0]))
  if (field.dataset.read === 'replace') {
    const form = field.closest('form')
    form.addEventListener('change', ({ target }) => {
      if (target.name === 'certificateName') read(field)
    })
    // Enter in another field must not press this button.
    const button = form.querySelector('[value="read certificate"]')
    button.type = 'button'
    button.addEventListener('click', () => read(field))
  }
  field.addEventListener('paste', ({ clipboardData }) => {
    const isCertificate = clipboardData.getData('text/plain').includes('-----BEGIN ')
    if (isRead(field) && isCertificate) setTimeout(read, 0, field)
  })
  field.addEventListener('dragover', (event) => {
    event.preventDefault()
    field.classList.add('over')
  })
  field.addEventListener('dragleave', () => field.classList.remove('over'))
  field.addEventListener('drop', (event) => {
    field.classList.remove('over')
    const [file] = event.dataTransfer.files
    if (file === undefined) return
    event.preventDefault()
    take(field, file)
  })
}

// A file that is dropped beside the field would replace the page.
for (const name of ['dragover', 'drop']) {
  document.addEventListener(name, (event) => {
    if (!event.defaultPrevented && event.dataTransfer.types.includes('Files')) event.preventDefault()
  })
}

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

async function take(field, file) {
  const said = field.querySelector('.said')
  const area = field.querySelector('textarea')
  if (file.size > MAX_BYTES) return void (said.textContent = 'This file is too large to be a certificate.')
  const text = textOf(new Uint8Array(await file.arrayBuffer()))
  if (withoutPrivateKeys(text) !== text)
    return void (said.textContent = 'This is a private key. It was removed.')
  area.value = text
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
  said.textContent = `Read: ${file.name}`
}

for (const field of document.querySelectorAll('[data-certificate]')) {
  const choice = field.querySelector('input[type="file"]')
  field.querySelector('.choose').hidden = false
  choice.addEventListener('change', () => choice.files[0] && take(field, choice.files[0]))
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

import { hash, type X509Certificate } from 'node:crypto'
import { isJsonObject, parseJson } from '../../../shared/json.ts'
import { html, type Markup } from '../../markup.ts'
import { jwkOf, certificatesIn, pemOf, readChain, readX509, subjectOf } from '../certificate-file.ts'
import { MalformedCertificate } from '../../../shared/certificate/pem.ts'
import type { Members } from '../web-api.ts'
import { moment } from '../words.ts'

/** The keys in the JWK Set of a record. */
export function keysOf({ jwks }: Members): Members[] {
  const set = typeof jwks === 'string' ? parseJson(jwks) : undefined
  return isJsonObject(set) && Array.isArray(set['keys']) ? set['keys'].filter(isJsonObject) : []
}

/** The name of the fields of a form that remove items of a list. */
const removedName = (path: string) => `${path}-`

/** The value of a ticked field. It is also shown as the change. */
function removal(item: unknown): string {
  return `without ${nameOf(item)} (${hash('sha256', JSON.stringify(item), 'base64url').slice(0, 8)})`
}

function nameOf(item: unknown): string {
  const certificate = certificateOf(item)
  if (!isJsonObject(item)) return subjectOf(certificate)
  const { kty, kid } = item
  const about =
    certificate === undefined ? `${typeof kty === 'string' ? kty : ''} key` : subjectOf(certificate)
  return `${about}, ${typeof kid === 'string' ? kid : 'without kid'}`
}

/** @param item PEM, or a JWK */
function certificateOf(item: unknown) {
  if (!isJsonObject(item)) return readX509(String(item))
  const [first] = Array.isArray(item['x5c']) ? item['x5c'].map(String) : []
  return first === undefined ? undefined : readX509(Buffer.from(first, 'base64'))
}

/** Certificates that expire within this time are marked. */
export const SOON_MILLISECONDS = 60 * 86_400_000

function endOf({ validTo }: X509Certificate, now: Date): Markup {
  const ends = Date.parse(validTo)
  const isSoon = ends - now.getTime() < SOON_MILLISECONDS
  const words = html`${ends < now.getTime() ? 'expired' : 'expires'} ${moment(ends, now)}`
  return html`, ${isSoon ? html`<strong>${words}</strong>` : words}`
}

/** The certificates or keys of a setting, each with its end and a box that removes it. */
export function registeredList(
  path: string,
  items: readonly unknown[],
  { now, isFirst, isWrong }: { readonly now: Date; readonly isFirst: boolean; readonly isWrong: boolean },
): Markup | undefined {
  if (items.length === 0) return undefined
  return html`<ul class="registered" tabindex="-1" ${isFirst && !isWrong && html`autofocus`}>
    ${items.map((item) => {
      const [certificate, words] = [certificateOf(item), removal(item)]
      const isAuthority = isJsonObject(item) || certificate?.ca !== false
      return html`<li>
        <code>${nameOf(item)}</code>${certificate && endOf(certificate, now)}
        ${!isAuthority && html`<strong>This certificate does not belong to an authority.</strong>`}
        <label class="tick"
          ><input type="checkbox" name="${removedName(path)}" value="${words}" /> Remove
          <span class="hidden">${words.slice('without '.length)}</span></label
        >
      </li>`
    })}
  </ul>`
}

/** Bundles and OpenSSL contain comments around certificates. A line that may be part of a certificate stays, so that the Web API refuses it. */
const isComment = (line: string) => !line.includes('-----') && !/^[A-Za-z0-9+/]*={0,2}$/.test(line)

/** Reads certificates as PEM, of which each block stays as it is, as PKCS #7, or as base64. */
export async function readCertificates(path: string, form: URLSearchParams): Promise<string[]> {
  const text = (form.get(path) ?? '').replaceAll('\r\n', '\n')
  const parts = text.split(/(-----BEGIN [A-Z0-9 #]+-----[^]*?-----END [A-Z0-9 #]+-----)/)
  const removed = form.getAll(removedName(path))
  const all = await Promise.all(parts.map(expanded))
  return all.flat().filter((item) => !removed.includes(removal(item)))
}

async function expanded(part: string): Promise<string[]> {
  if (part.startsWith('-----BEGIN CERTIFICATE-----')) return [part]
  const lines = part.split('\n').map((line) => line.trim())
  const rest = part.startsWith('-----BEGIN ')
    ? part
    : lines
        .filter((line) => !isComment(line))
        .join('\n')
        .trim()
  if (rest === '') return []
  try {
    return (await certificatesIn(rest)).map((der) => pemOf(der).trim())
  } catch (error) {
    if (error instanceof MalformedCertificate) return [rest]
    throw error
  }
}

/**
 * Reads a JWK Set, and the certificate below it, which becomes a key. If it is a chain, its leaf becomes a key.
 *
 * @returns an Error with the fault of the certificate. The Web API judges the JWK Set
 */
export async function readKeys(path: string, form: URLSearchParams): Promise<string | undefined | Error> {
  const text = (form.get(path) ?? '').replaceAll('\r\n', '\n')
  const end = text.lastIndexOf('}') + 1
  const [before, added] = [text.slice(0, end).trim(), text.slice(end).trim()]
  const removed = form.getAll(removedName(path))
  const set = before === '' ? { keys: [] } : parseJson(before)
  if ((added === '' && removed.length === 0) || !isJsonObject(set) || !Array.isArray(set['keys']))
    return text === '' ? undefined : text
  const keys: unknown[] = set['keys'].filter((key) => !removed.includes(removal(key)))
  const key = added === '' ? undefined : await keyIn(added)
  if (key instanceof Error) return key
  if (key === undefined) return keys.length === 0 ? undefined : JSON.stringify({ ...set, keys })
  const isThere = keys.some((one) => isJsonObject(one) && one['kid'] === key['kid'])
  if (isThere) return new Error('This certificate is in the set already.')
  return JSON.stringify({ ...set, keys: [...keys, key] })
}

async function keyIn(text: string): Promise<Members | Error> {
  const chain = await readChain(text)
  if ('fault' in chain) return new Error(chain.fault)
  return jwkOf(chain.leaf) ?? new Error('The key of this certificate cannot be written as a JWK.')
}

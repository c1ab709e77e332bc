import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const CONFIG = (folder: string) => `
[ca]
default_ca = lists
[lists]
database = ${folder}/index.txt
crlnumber = ${folder}/crlnumber
default_md = sha256
default_crl_days = 1
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid:always
`

/**
 * The revocation lists of a CA, made by `openssl ca` (openssl-ca(1)).
 *
 * @param folder an empty one
 * @param start the lines of certificates that are revoked already, and the number of the next list in hexadecimal digits
 */
export function opensslLists(
  folder: string,
  ca: { readonly cert: string; readonly key: string },
  start: { readonly index?: string; readonly number?: string } = {},
) {
  const { index = '', number = '1000' } = start
  const path = (name: string) => join(folder, name)
  const write = (name: string, content: string) => {
    writeFileSync(path(name), content)
    return path(name)
  }
  write('index.txt', index)
  write('index.txt.attr', 'unique_subject = no')
  write('crlnumber', number)
  const config = write('ca.cnf', CONFIG(folder))
  const own = ['-config', config, '-cert', write('ca.pem', ca.cert), '-keyfile', write('ca.key', ca.key)]
  const openssl = (...more: string[]) => execFileSync('openssl', ['ca', ...own, ...more], { stdio: 'pipe' })
  return {
    /** @param certificate PEM */
    revoke: (certificate: string, reason: string) =>
      openssl('-revoke', write('revoked.pem', certificate), '-crl_reason', reason),
    /** PEM, with the next number. */
    list: () => {
      openssl('-gencrl', '-out', path('list.pem'))
      return readFileSync(path('list.pem'))
    },
  }
}

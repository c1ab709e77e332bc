import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readSubject } from '../../../shared/certificate/names.ts'
import { canIssue } from '../../../shared/certificate/path/can-issue.ts'
import { requireCertificate } from '../../../shared/certificate/pem.ts'
import { isSameName, parseDistinguishedName } from '../../../shared/certificate/subject-dn.ts'
import { readProjectFile } from '../../support/comments.ts'
import { available, runs } from '../../support/page-code.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const OPENSSL = available('openssl', runs('openssl', 'version') ? undefined : 'openssl')

/** The block of the page that begins so. */
function block(start: string): string {
  const blocks = [...readProjectFile('docs/certificates.md').matchAll(/^```sh\n([^]*?)^```$/gm)]
  const found = blocks.map(([, code = '']) => code).find((code) => code.startsWith(start))
  if (found === undefined) throw new Error(`no block begins with ${start}`)
  return found
}

test.each(OPENSSL)(
  'with the commands of the page %s makes a certificate that cannot issue, and prints a subject that can be registered',
  async () => {
    const folder = await temporaryFolder()
    const run = async (code: string) =>
      (await promisify(execFile)('sh', ['-ec', code], { cwd: folder })).stdout
    await run(block('openssl req -x509'))
    const printed = await run(block('openssl x509 -in client.pem'))
    const der = requireCertificate(await readFile(join(folder, 'client.pem'), 'utf8'))
    expect(await canIssue(der)).toBe(false)
    const { subject, isForClients } = await readSubject(der)
    expect(isForClients).toBe(true)
    const registered = await parseDistinguishedName(printed.trim().replace('subject=', ''))
    expect(isSameName(subject, registered)).toBe(true)
  },
)

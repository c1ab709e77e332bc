import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../../../infra/root.ts'
import { readProjectFile } from '../../support/comments.ts'
import { available, runs } from '../../support/page-code.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startIn } from './local-requests.ts'

const TOOLS = ['openssl', 'curl'].find((tool) => !runs(tool, 'version') && !runs(tool, '--version'))

/** The commands of the section, with the command of this source tree in place of npm. */
function commands(): string[] {
  const [, section = ''] = readProjectFile('docs/certificates.md').split('### Try a list on this machine\n')
  const [own = ''] = section.split('\n## ')
  const crl = `node ${join(ROOT, 'infra/certbound.ts')} crl`
  return [...own.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code = '']) =>
    code.replaceAll('npm run crl --', crl),
  )
}

test.each(available('openssl and curl', TOOLS))(
  'the commands of the page revoke a certificate of npm start by a list that %s handle, and end its hold',
  async () => {
    const folder = await temporaryFolder()
    await startIn(join(folder, '.certbound'))
    const blocks = commands().map((code, i) => `printf '\\n== ${i}\\n'\n${code}`)
    const { stdout } = await promisify(execFile)('bash', ['-ec', blocks.join('')], { cwd: folder })
    const [, empty, used, revoked, lifted, ...others] = stdout.split(/\n== \d\n/)
    expect(others).toEqual([])
    expect(empty).toMatch(/^local: the list, number 1, 0 certificates, 0 hours old, until \S+\n$/)
    expect(used).toMatch(/^HTTP\/1.1 200 /)
    expect(revoked).toMatch(
      /^local: the list, number 2, 1 certificates, .*\nHTTP\/1.1 401 [^]*error="invalid_token"/,
    )
    expect(lifted).toMatch(/^local: the list, number 3, 0 certificates, .*\nHTTP\/1.1 200 /)
  },
)

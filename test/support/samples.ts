import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '../../infra/emulator/dynamodb-local.ts'
import { writeLocalFile } from '../../infra/emulator/site/local-file.ts'
import { type LocalSite, localSite } from '../infra/examples/authorization-server/local-site.ts'
import { available, runs, samplesIn } from './page-code.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A folder with the code of a page beside the `.certbound` of a running `npm start`, like that of its reader. */
export async function openSamples(page: string) {
  const folder = await mkdtemp(join(tmpdir(), 'certbound-samples-'))
  const lines: string[] = []
  const directory = join(folder, '.certbound')
  const site: LocalSite = await localSite({ directory, onLine: (line) => lines.push(line) })
  await writeLocalFile(site, directory, '')
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const samples = samplesIn(page)
  for (const [name, code] of samples) await writeFile(join(folder, name), code)

  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  /** Runs commands of a shell with the variables of `settings.sh`. @returns their output; rejects when one fails */
  async function run(commands: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const env = { PATH, HOME: folder, ...variables }
    const script = `set -e\n. ./settings.sh\n${commands}`
    const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: folder, env })
    return stdout
  }
  const close = async () => {
    await site.close()
    await rm(folder, { recursive: true })
  }
  return { folder, lines, site, samples, run, close }
}

const JAVA = findJava()
/** A start of its compiler takes seconds, so `npm test` is without. */
const isLong = process.env['LONG'] !== undefined
const hasJdk = JAVA !== undefined && existsSync(join(dirname(JAVA), 'javac')) && runs('openssl', 'version')

/** The tools of other languages, each in a list that is empty without it. */
export const TOOLS = {
  curl: available('curl', runs('curl', '--version') ? undefined : 'curl'),
  Python: available('Python', runs('python3', '-c', 'import requests') ? undefined : 'python3 with requests'),
  Java: available('Java', isLong ? (hasJdk ? undefined : 'JDK 17 or later with openssl') : 'LONG=1'),
  nginx: available('nginx', runs('nginx', '-v') ? undefined : 'nginx'),
}

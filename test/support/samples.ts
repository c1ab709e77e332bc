import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '../../infra/emulator/dynamodb-local.ts'
import { writeLocalFile } from '../../infra/emulator/site/local-file.ts'
import { type LocalSite, localSite } from '../infra/examples/authorization-server/local-site.ts'
import { readProjectFile } from './comments.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The code of a page: each block begins with the name of its file, in a comment. */
function samplesIn(page: string): ReadonlyMap<string, string> {
  const blocks = readProjectFile(page).matchAll(/^```\w+\n(?:\/\/|#) ([\w.-]+)\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]))
}

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

/** `name` where all its tools are here; else the run names what is left out. */
function available(name: string, missing: string | undefined): readonly string[] {
  if (missing === undefined) return [name]
  console.warn(`no ${missing} here: the code on the pages that needs ${name} is left out`)
  return []
}

const runs = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
const JAVA = findJava()
const hasJdk = JAVA !== undefined && existsSync(join(dirname(JAVA), 'javac')) && runs('openssl', 'version')

/** The tools of other languages, each in a list that is empty without it. */
export const TOOLS = {
  curl: available('curl', runs('curl', '--version') ? undefined : 'curl'),
  Python: available('Python', runs('python3', '-c', 'import requests') ? undefined : 'python3 with requests'),
  Java: available('Java', hasJdk ? undefined : 'JDK 17 or later with openssl'),
  nginx: available('nginx', runs('nginx', '-v') ? undefined : 'nginx'),
}

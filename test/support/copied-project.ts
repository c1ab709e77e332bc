import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { functionNames } from '../../infra/package/build.ts'

const ROOT = join(import.meta.dirname, '../..')
const SOURCES = ['functions', 'infra', 'shared', 'docs/openapi.json']
const COPIED = ['package.json', 'serverless.yml', 'certbound.example.jsonc', ...SOURCES]

export interface CopiedProject {
  readonly folder: string
  readonly remove: () => void
}

/** A copy of the sources, for commands that write into the project. The archives are empty. */
export function copiedProject(): CopiedProject {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-project-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'dist'))
  for (const name of functionNames()) writeFileSync(join(folder, 'dist', `${name}.zip`), '')
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

import { hash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TARGETS } from './targets.ts'
import type { Target } from './target.ts'

const FOLDER = join(import.meta.dirname, 'corpus')

export interface Kept {
  readonly file: string
  readonly target: Target
  readonly input: unknown
}

/** Every input that was found, or that an attack tried. A file is `TARGET_NAME.json` with `about` and `input`. */
export function corpus(): Kept[] {
  return readdirSync(FOLDER).map((file) => {
    const name = file.slice(0, file.lastIndexOf('_'))
    const target = TARGETS.find((one) => one.name === name)
    if (target === undefined) throw new Error(`no target ${name} for ${file}`)
    const { input } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { readonly input: unknown }
    return { file, target, input }
  })
}

/** Writes a new finding. @returns its file */
export function keep({ name }: Target, input: unknown, about: string): string {
  const text = JSON.stringify({ about, input }, undefined, 2)
  const file = `${name}_${hash('sha256', JSON.stringify(input)).slice(0, 8)}.json`
  writeFileSync(join(FOLDER, file), `${text}\n`)
  return file
}

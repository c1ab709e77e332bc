import { spawnSync } from 'node:child_process'
import { readProjectFile } from './comments.ts'

/** The code of a page: each block begins with the name of its file, in a comment. */
export function samplesIn(page: string): ReadonlyMap<string, string> {
  const blocks = readProjectFile(page).matchAll(/^```\w+\n(?:\/\/|#) ([\w.-]+)\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]))
}

/** The name in a list, or an empty list if one of its tools is missing. The run then names what it leaves out. */
export function available(name: string, missing: string | undefined): readonly string[] {
  if (missing === undefined) return [name]
  console.warn(`no ${missing} here: the code of the pages that needs ${name} is left out`)
  return []
}

export const runs = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

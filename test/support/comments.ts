import { globSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const SKIPPED = ['node_modules', 'dist', 'coverage', '.cache', '.serverless']

/** Files of the project that match, as paths from its root. Installed packages and built files are left out. */
export function projectFiles(...patterns: string[]): string[] {
  const found = globSync(patterns, { cwd: root, exclude: (path) => SKIPPED.includes(path) })
  return found.filter((file) => statSync(join(root, file)).isFile())
}

export const readProjectFile = (file: string) => readFileSync(join(root, file), 'utf8')

/** A run of `//` lines is one comment. A string that contains `/*` adds text to what is checked and hides none. */
const SLASHES = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*(?:\n\s*\/\/.*)*/gm
const HASHES = /(?<=^|\s)#.*(?:\n\s*#.*)*/gm
const LINE_BREAK = /\s*\n\s*(?:\*(?!\/)|\/\/|#)?\s*/g

/** The comments of a source file, each as one line. */
export function commentsIn(text: string, extension: string): string[] {
  const found = text.match(extension === '.yml' ? HASHES : SLASHES) ?? []
  return found.map((comment) => comment.replaceAll(LINE_BREAK, ' '))
}

export const commentsOf = (file: string) => commentsIn(readProjectFile(file), extname(file))

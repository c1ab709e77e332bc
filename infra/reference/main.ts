import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApi } from './openapi.ts'
import { page } from './page.ts'
import { ROOT } from '../root.ts'

/** The files that are made, by their paths from the project's root. */
export function referenceFiles(): Readonly<Record<string, string>> {
  return {
    'docs/openapi.json': `${JSON.stringify(openApi(), undefined, 2)}\n`,
    'docs/reference.md': page(),
  }
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(referenceFiles())) {
    writeFileSync(join(ROOT, file), text)
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`)
  }
}

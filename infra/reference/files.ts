import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../root.ts'
import { openApi } from './openapi.ts'
import { page } from './page.ts'
import { settingsPage } from './settings-page.ts'

/** The generated files by path from the project's root; of docs/settings.md only some parts are generated. */
export function referenceFiles(): Readonly<Record<string, string>> {
  const api = openApi()
  return {
    'docs/openapi.json': `${JSON.stringify(api, undefined, 2)}\n`,
    'docs/reference.md': page(api),
    'docs/settings.md': settingsPage(readFileSync(join(ROOT, 'docs/settings.md'), 'utf8')),
  }
}

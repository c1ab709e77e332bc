import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { functionsYaml } from './aws/template/per-function.ts'
import { stagesYaml } from './aws/template/stages.ts'
import { openApi } from './reference/openapi.ts'
import { page } from './reference/page.ts'
import { settingsPage } from './reference/settings-page.ts'
import { ROOT } from './root.ts'

/** The committed files that are made from declarations, by path from the project's root; of settings.md only some parts. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  const api = openApi()
  return {
    'docs/openapi.json': `${JSON.stringify(api, undefined, 2)}\n`,
    'docs/reference.md': page(api),
    'docs/settings.md': settingsPage(readFileSync(join(ROOT, 'docs/settings.md'), 'utf8')),
    'infra/aws/template/functions.yml': await functionsYaml(),
    'infra/aws/template/api.yml': await stagesYaml(),
  }
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await generatedFiles())) {
    writeFileSync(join(ROOT, file), text)
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`)
  }
}

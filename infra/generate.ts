import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { POLICIES } from './aws/policies/policies.ts'
import { openApi } from './reference/openapi.ts'
import { page } from './reference/page.ts'
import { costTables } from './aws/template/costs.ts'
import { SETTINGS_PARTS, UPGRADE_PARTS } from './reference/settings-page.ts'
import { withParts } from './reference/parts.ts'
import { ROOT } from './root.ts'

/** The committed files that are generated from declarations, keyed by path from the project's root. Only parts of settings.md, upgrades.md and operations.md are. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const api = openApi()
  return {
    'docs/openapi.json': `${JSON.stringify(api, undefined, 2)}\n`,
    'docs/reference.md': page(api),
    ...Object.fromEntries(
      Object.entries(POLICIES).map(([name, policy]) => [
        `infra/aws/policies/${name}.json`,
        `${JSON.stringify(policy, undefined, 2)}\n`,
      ]),
    ),
    'docs/settings.md': withParts(pageOf('settings'), SETTINGS_PARTS),
    'docs/operations.md': withParts(pageOf('operations'), costTables()),
    'docs/upgrades.md': withParts(pageOf('upgrades'), UPGRADE_PARTS),
  }
}

const pageOf = (name: string) => readFileSync(join(ROOT, `docs/${name}.md`), 'utf8')

if (import.meta.main) {
  for (const [file, text] of Object.entries(generatedFiles())) {
    writeFileSync(join(ROOT, file), text)
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`)
  }
}

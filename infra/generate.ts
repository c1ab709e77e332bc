import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { functionsYaml } from './aws/template/per-function.ts'
import { referenceFiles } from './reference/files.ts'
import { ROOT } from './root.ts'

/** The files that are made from declarations and committed, by path from the project's root. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return { ...referenceFiles(), 'infra/aws/template/functions.yml': await functionsYaml() }
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await generatedFiles())) {
    writeFileSync(join(ROOT, file), text)
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`)
  }
}

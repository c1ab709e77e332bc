import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readDeployment } from '../../../../infra/aws/settings/read-deployment.ts'
import { Complaint } from '../../../../infra/command.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../../certbound.example.jsonc'), 'utf8')

export type Replacement = [string, string]

/** Settings with this text, read from a file. */
export async function read(text: string) {
  const file = join(await temporaryFolder(), 'certbound.jsonc')
  await writeFile(file, text)
  return readDeployment(file)
}

/** The example, with texts replaced. */
export function example(...replaced: Replacement[]): string {
  return replaced.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`)
    return text.replace(from, to)
  }, EXAMPLE)
}

/** The lines of the complaint about a file, without its name. */
export async function complaints(text: string): Promise<string[]> {
  const error: unknown = await read(text).catch((error: unknown) => error)
  if (!(error instanceof Complaint)) throw new Error('no complaint', { cause: error })
  return error.message.replaceAll(/\S+certbound\.jsonc/g, 'FILE').split('\n')
}

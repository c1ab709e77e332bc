import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Package } from '../../../../infra/emulator/lambda/packaged-functions.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>
}

/** Two functions of a package, in a folder like the one of `npm run package`, until the test ends: all nine start slowly. */
export async function partOfPackage(packaged: Package): Promise<Package & { readonly folder: string }> {
  const folder = await temporaryFolder()
  const archives = join(folder, 'dist')
  await symlink(packaged.archives, archives)
  const { Resources } = JSON.parse(await readFile(packaged.template, 'utf8')) as Template
  const kept = Object.entries(Resources).filter(
    ([id, { Type }]) => Type !== 'AWS::Lambda::Function' || /^(Authorizer|Discovery)/.test(id),
  )
  const template = join(folder, '.serverless/cloudformation-template-update-stack.json')
  await mkdir(dirname(template))
  await writeFile(template, JSON.stringify({ Resources: Object.fromEntries(kept) }))
  return { ...packaged, template, archives, folder }
}

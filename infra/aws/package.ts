import { existsSync } from 'node:fs'
import { projectOsls, TEMPLATE_FILE } from './deployment/osls.ts'
import { packageRelease } from './deployment/release.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { command } from '../command.ts'
import { buildAll } from '../package/build.ts'

const HELP = `certbound package: the CloudFormation template and the archives of the functions, offline

  --settings FILE   certbound.jsonc; without one the example, whose template is only for reading
  --help

The parameters of the template are what only a deployment knows: the bucket, and the versions of the objects in it.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string' },
  },
  run: async ({ values }, { out }) => {
    const own = values.settings ?? 'certbound.jsonc'
    const file = values.settings !== undefined || existsSync(own) ? own : 'certbound.example.jsonc'
    const settings = await readDeployment(file)
    await buildAll(out)
    await packageRelease(settings, projectOsls('inherit'))
    out(`The template of ${file}: ${TEMPLATE_FILE}`)
    return 0
  },
})

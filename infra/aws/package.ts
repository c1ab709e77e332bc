import { existsSync } from 'node:fs'
import { packageStack, projectOsls } from './deployment/osls.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { TRUSTSTORE_KEY } from './deployment/truststore.ts'
import { command } from '../command.ts'
import { buildAll } from '../package/build.ts'

const HELP = `certbound package: the CloudFormation template and the archives of the functions, offline

  --settings FILE              certbound.jsonc; without one the example, whose template is only for reading
  --truststore-bucket BUCKET   the bucket of the trust store, and
  --truststore-version ID      its version: npm run deploy knows both; without them the template has placeholders
  --help`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string' },
    'truststore-bucket': { type: 'string', default: 'truststore-bucket' },
    'truststore-version': { type: 'string', default: 'truststore-version' },
  },
  run: async ({ values }, { out }) => {
    const own = values.settings ?? 'certbound.jsonc'
    const file = values.settings !== undefined || existsSync(own) ? own : 'certbound.example.jsonc'
    const settings = await readDeployment(file)
    await buildAll(out)
    const truststore = { bucket: values['truststore-bucket'], version: values['truststore-version'] }
    await packageStack(settings, { ...truststore, key: TRUSTSTORE_KEY }, projectOsls('inherit'))
    out(`The template of ${file}: .serverless/cloudformation-template-update-stack.json`)
    return 0
  },
})

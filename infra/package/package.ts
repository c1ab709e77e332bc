import { parseArgs } from 'node:util'
import { existsSync } from 'node:fs'
import { buildAll } from './build.ts'
import { packageStack } from '../aws/deployment/osls.ts'
import { writeParameters } from '../aws/deployment/parameters.ts'
import { readDeployment } from '../aws/deployment/settings.ts'
import { TRUSTSTORE_KEY } from '../aws/deployment/truststore.ts'

const HELP = `The CloudFormation template and the archives of the functions, offline: npm run package -- [options]

  --settings FILE              certbound.jsonc; without one the example, whose template is for reading alone
  --truststore-bucket BUCKET   where the trust store lies, and
  --truststore-version ID      its version: npm run deploy knows both; without it they stay placeholders
  --help`

const OPTIONS = {
  settings: { type: 'string' },
  'truststore-bucket': { type: 'string', default: 'truststore-bucket' },
  'truststore-version': { type: 'string', default: 'truststore-version' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help) {
    console.log(HELP)
    return
  }
  const own = values.settings ?? 'certbound.jsonc'
  const file = values.settings !== undefined || existsSync(own) ? own : 'certbound.example.jsonc'
  const settings = await readDeployment(file)
  await buildAll()
  const truststore = { bucket: values['truststore-bucket'], version: values['truststore-version'] }
  await writeParameters(settings, { ...truststore, key: TRUSTSTORE_KEY })
  await packageStack()
  console.log(`The template of ${file}: .serverless/cloudformation-template-update-stack.json`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})

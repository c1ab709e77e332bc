import { parseArgs } from 'node:util'
import { openClients } from './deployment/clients.ts'
import { endComplaining } from './deployment/complaint.ts'
import { confirm } from './deployment/confirm.ts'
import { deploy } from './deployment/deploy.ts'
import { deployLocally } from './deployment/local-tables.ts'
import { planOf } from './deployment/plan.ts'
import { readiness } from './deployment/readiness.ts'

const HELP = `Makes a deployment, or brings it up to date: npm run deploy -- [options]

  --settings FILE   certbound.jsonc; certbound.example.jsonc says what belongs into it
  --yes             do not ask before anything is changed
  --endpoint URL    a DynamoDB on this machine instead of AWS: the two tables, and nothing else
  --help

Credentials are those that the AWS tools use: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

const OPTIONS = {
  settings: { type: 'string', default: 'certbound.jsonc' },
  yes: { type: 'boolean', default: false },
  endpoint: { type: 'string', default: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help) {
    console.log(HELP)
    return
  }
  if (values.endpoint !== '') {
    for (const line of await deployLocally(values.settings, values.endpoint)) console.log(line)
    return
  }
  const ready = await readiness(values.settings, new Date())
  const clients = openClients(ready.settings.region)
  try {
    for (const line of await planOf(ready, clients)) console.log(line)
    if (!values.yes) await confirm('Go on?')
    for (const line of await deploy(ready, clients)) console.log(line)
  } finally {
    clients.close()
  }
}

main().catch(endComplaining('deploy'))

import { command, confirm } from '../command.ts'
import { openAws } from './deployment/aws.ts'
import { deploy, planOf } from './deployment/deploy.ts'
import { confirmTables, tablesChange } from './deployment/named-tables.ts'
import { readiness } from './deployment/readiness.ts'
import { readDeployment } from './deployment/settings.ts'
import { deployLocally, localEndpoint } from './deployment/tables.ts'
import {
  confirmTruststore,
  deployedTruststoreChange,
  expectAllowed,
  truststoreLines,
} from './deployment/truststore-change.ts'

const HELP = `certbound deploy: makes a deployment on AWS, or updates it

  --settings FILE   the settings (certbound.jsonc); certbound.example.jsonc explains them
  --yes             change AWS without asking; certificates that the trust store would lose also need
  --remove-trust    with --yes: let the trust store lose certificates, whose clients are refused then
  --endpoint URL    make only the two tables, in a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Credentials are found as the AWS tools find them: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
    'remove-trust': { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values }, io) => {
    const endpoint = localEndpoint(values.endpoint, io)
    if (endpoint !== undefined) {
      const settings = await readDeployment(values.settings)
      for (const line of await deployLocally(settings, endpoint)) io.out(line)
      return 0
    }
    const ready = await readiness(values.settings, new Date())
    const aws = openAws(ready.settings.region)
    try {
      const plan = await planOf(ready, aws)
      const trust = await deployedTruststoreChange(ready.settings, aws, ready.truststore.certificates)
      expectAllowed(trust, values)
      const tables = await tablesChange(ready, aws)
      for (const line of plan) io.out(line)
      if (!values.yes) await confirm(io)
      for (const line of truststoreLines(trust)) io.out(line)
      if (!values.yes && trust.lines.length > 0) await confirmTruststore(io, 'nothing was changed')
      for (const line of tables) io.out(line)
      if (!values.yes && tables.length > 0) await confirmTables(io)
      for (const line of await deploy(ready, aws)) io.out(line)
    } finally {
      aws.close()
    }
    return 0
  },
})

import { command, confirm } from '../command.ts'
import { openAws } from './deployment/aws.ts'
import { deploy, planOf } from './deployment/deploy.ts'
import { readiness } from './deployment/readiness.ts'
import { readDeployment } from './deployment/settings.ts'
import { deployLocally, localEndpoint } from './deployment/tables.ts'

const HELP = `certbound deploy: makes a deployment on AWS, or updates it

  --settings FILE   the settings (certbound.jsonc); certbound.example.jsonc explains them
  --yes             change AWS without asking
  --endpoint URL    make only the two tables, in a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Credentials are found as the AWS tools find them: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
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
      for (const line of await planOf(ready, aws)) io.out(line)
      if (!values.yes) await confirm(io)
      for (const line of await deploy(ready, aws)) io.out(line)
    } finally {
      aws.close()
    }
    return 0
  },
})

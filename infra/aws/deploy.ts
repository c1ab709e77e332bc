import { setTimeout as delay } from 'node:timers/promises'
import { command, Complaint, confirm, type Io } from '../command.ts'
import { openAws } from './deployment/aws.ts'
import { deploy, type Machine, planOf } from './deployment/deploy.ts'
import { projectOsls } from './deployment/osls.ts'
import { readiness } from './deployment/readiness.ts'
import { readDeployment } from './deployment/settings.ts'
import { deployLocally } from './deployment/tables.ts'

const HELP = `certbound deploy: makes a deployment on AWS, or updates it

  --settings FILE   the settings (certbound.jsonc); certbound.example.jsonc explains them
  --yes             change AWS without asking
  --endpoint URL    make only the two tables, in a DynamoDB on this machine
  --help

Credentials are found as the AWS tools find them: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

/** The command, over the programs of a machine. */
export function deployCommand(machine: Machine) {
  return command({
    help: HELP,
    options: {
      settings: { type: 'string', default: 'certbound.jsonc' },
      yes: { type: 'boolean', default: false },
      endpoint: { type: 'string' },
    },
    run: async ({ values }, io) => {
      const { settings, yes, endpoint } = values
      if (endpoint === '') throw new Complaint('--endpoint must be the URL of a DynamoDB on this machine')
      if (endpoint === undefined) await deployToAws(settings, yes, machine, io)
      else for (const line of await deployLocally(await readDeployment(settings), endpoint)) io.out(line)
      return 0
    },
  })
}

async function deployToAws(file: string, yes: boolean, machine: Machine, io: Io): Promise<void> {
  const ready = await readiness(file, new Date())
  const tables = io.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
  if (tables !== '') io.err(`AWS_ENDPOINT_URL_DYNAMODB is set: registered clients are read at ${tables}`)
  const aws = openAws(ready.settings.region)
  try {
    for (const line of await planOf(ready, aws)) io.out(line)
    if (!yes) await confirm(io)
    for (const line of await deploy(ready, aws, machine)) io.out(line)
  } finally {
    aws.close()
  }
}

export const COMMAND = deployCommand({ osls: projectOsls('inherit'), wait: delay })

import { setTimeout as delay } from 'node:timers/promises'
import { command, Complaint, confirm, type Io } from '../command.ts'
import { openAws } from './deployment/aws.ts'
import { deploy, type Machine } from './deployment/deploy.ts'
import { confirmTables } from './deployment/named-tables.ts'
import { projectOsls } from './deployment/osls.ts'
import { type Plan, planLines, readPlan } from './deployment/plan.ts'
import { readiness } from './deployment/readiness.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { deployLocally } from './deployment/tables.ts'
import { confirmTruststore, expectAllowed, truststoreLines } from './deployment/truststore-change.ts'

const HELP = `certbound deploy: makes a deployment on AWS, or updates it

  --settings FILE   the settings (certbound.jsonc); certbound.example.jsonc explains them
  --yes             change AWS without asking; certificates that the trust store would lose also need
  --remove-trust    with --yes: let the trust store lose certificates, whose clients are refused then
  --endpoint URL    make only the two tables, in a DynamoDB on this machine
  --help

Credentials are found as the AWS tools find them: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

interface Options {
  readonly settings: string
  readonly yes: boolean
  readonly 'remove-trust': boolean
}

/** The command, over the programs of a machine. */
export function deployCommand(machine: Machine) {
  return command({
    help: HELP,
    options: {
      settings: { type: 'string', default: 'certbound.jsonc' },
      yes: { type: 'boolean', default: false },
      'remove-trust': { type: 'boolean', default: false },
      endpoint: { type: 'string' },
    },
    run: async ({ values }, io) => {
      const { settings, endpoint } = values
      if (endpoint === '') throw new Complaint('--endpoint must be the URL of a DynamoDB on this machine')
      if (endpoint === undefined) await deployToAws(values, machine, io)
      else for (const line of await deployLocally(await readDeployment(settings), endpoint)) io.out(line)
      return 0
    },
  })
}

async function deployToAws(options: Options, machine: Machine, io: Io): Promise<void> {
  const ready = await readiness(options.settings, new Date())
  const tables = io.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
  if (tables !== '') io.err(`AWS_ENDPOINT_URL_DYNAMODB is set: registered clients are read at ${tables}`)
  const aws = openAws(ready.settings.region)
  try {
    const plan = await readPlan(ready, aws)
    await ask(plan, options, io)
    for (const line of await deploy(plan, aws, machine)) io.out(line)
  } finally {
    aws.close()
  }
}

/** Shows the plan, and asks for each part of it. @throws Complaint */
async function ask(plan: Plan, options: Options, io: Io): Promise<void> {
  const { yes } = options
  const { trust, tables } = plan
  expectAllowed(trust, options)
  for (const line of planLines(plan)) io.out(line)
  if (!yes) await confirm(io)
  for (const line of truststoreLines(trust)) io.out(line)
  if (!yes && trust.lines.length > 0) await confirmTruststore(io, 'nothing was changed')
  for (const line of tables) io.out(line)
  if (!yes && tables.length > 0) await confirmTables(io)
}

export const COMMAND = deployCommand({ osls: projectOsls('inherit'), wait: delay })

import { setTimeout as delay } from 'node:timers/promises'
import { command, Complaint, confirm, type Io } from '../command.ts'
import { openAws, showEndpoint } from './deployment/aws.ts'
import { deploy, type Machine } from './deployment/deploy.ts'
import { recordDeployment } from './deployment/deployment-record.ts'
import { confirmTables } from './deployment/named-tables.ts'
import { projectOsls } from './deployment/osls.ts'
import { type Plan, planLines, planOf, readPlan } from './deployment/plan.ts'
import type { Changes } from './deployment/changes.ts'
import { previewChanges, severeChanges } from './deployment/preview.ts'
import { readiness } from './deployment/readiness.ts'
import { packageRelease } from './deployment/release.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { deployLocally } from './deployment/tables.ts'
import { confirmTruststore, requireAllowed, truststoreLines } from './deployment/truststore-change.ts'

const HELP = `certbound deploy: creates or updates a deployment on AWS

  --settings FILE   the settings (certbound.jsonc); certbound.example.jsonc explains them
  --plan            show what would change, and change nothing. The exit code is 3 if a table, a domain, an API or a stage would be
                    replaced or removed
  --json            the plan as JSON
  --yes             change AWS without asking; certificates that the trust store would lose also need
  --remove-trust    with --yes: let the trust store lose certificates, whose clients are refused then
  --endpoint URL    make only the three tables, in a DynamoDB on this machine
  --help

Credentials are found as the AWS tools find them: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`

/** The exit code of a plan that loses tables, domains, stages or the API. */
const SEVERE = 3

interface Options {
  readonly settings: string
  readonly plan: boolean
  readonly json: boolean
  readonly yes: boolean
  readonly 'remove-trust': boolean
}

/** The command, with the programs of a machine. */
export function deployCommand(machine: Machine) {
  return command({
    help: HELP,
    options: {
      settings: { type: 'string', default: 'certbound.jsonc' },
      plan: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'remove-trust': { type: 'boolean', default: false },
      endpoint: { type: 'string' },
    },
    run: async ({ values }, io) => {
      const { settings, endpoint } = values
      if (endpoint === '') throw new Complaint('--endpoint must be the URL of a DynamoDB on this machine')
      if (values.json && !values.plan) throw new Complaint('--json is a form of --plan')
      if (endpoint === undefined) return deployToAws(values, machine, io)
      if (values.plan) throw new Complaint('--plan is for a deployment on AWS')
      for (const line of await deployLocally(await readDeployment(settings), endpoint)) io.out(line)
      return 0
    },
  })
}

/** @returns the exit code */
async function deployToAws(options: Options, machine: Machine, io: Io): Promise<number> {
  const ready = await readiness(options.settings, new Date())
  const tables = io.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
  if (tables !== '') io.err(`AWS_ENDPOINT_URL_DYNAMODB is set: registered clients are read at ${tables}`)
  const patience = { wait: machine.wait, stop: io.stop }
  showEndpoint(io, options.json)
  const aws = openAws(ready.settings.region)
  try {
    const plan = await readPlan(ready, aws)
    const release = await packageRelease(ready.settings, machine.osls)
    const changes = await previewChanges(plan, release, aws, patience)
    if (options.plan) return showPlan(plan, changes, options, io)
    await ask(plan, changes, options, io)
    const deploying = () => deploy(plan, release, changes, aws, patience)
    for (const line of await recordDeployment(plan, release, aws, deploying)) io.out(line)
    return 0
  } finally {
    aws.close()
  }
}

/** @returns the exit code */
function showPlan(plan: Plan, changes: Changes, { json }: Options, { out }: Io): number {
  const severe = severeChanges(changes)
  if (json) out(JSON.stringify({ ...planOf(plan, changes), severe }, null, 2))
  else
    for (const line of [...planLines(plan, changes), ...truststoreLines(plan.trust), ...plan.tables])
      out(line)
  return severe.length > 0 ? SEVERE : 0
}

/** Shows the plan, and asks for confirmation of each part. @throws Complaint */
async function ask(plan: Plan, changes: Changes, options: Options, io: Io): Promise<void> {
  const { yes } = options
  const { trust, tables } = plan
  requireAllowed(trust, options)
  for (const line of planLines(plan, changes)) io.out(line)
  if (!yes) await confirm(io)
  for (const line of truststoreLines(trust)) io.out(line)
  if (!yes && trust.lines.length > 0) await confirmTruststore(io, 'nothing was changed')
  for (const line of tables) io.out(line)
  if (!yes && tables.length > 0) await confirmTables(io)
}

export const COMMAND = deployCommand({ osls: projectOsls('ignore'), wait: delay })

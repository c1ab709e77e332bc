import { resolve } from 'node:path'
import { command } from '../command.ts'
import { openAws } from './deployment/aws.ts'
import { readDeployment } from './deployment/settings.ts'
import { ACCOUNT_CHECKS, CHECKS, inspect, type Report, reportLines, summary } from './doctor/checks.ts'
import { awsDeployment, localDeployment, type VisitorFiles } from './doctor/deployments.ts'

const HELP = `certbound doctor: checks a deployment, and prints each problem with its remedy

  --settings FILE   the settings of a deployment on AWS (certbound.jsonc), with the AWS credentials of the environment
  --certificate FILE, --key FILE
                    PEM of a client certificate that the trust store accepts, and
  --client-id ID, --client-secret-file FILE
                    the client that owns it; without them some checks are skipped
  --local           check the deployment that npm start runs
  --directory DIR   where npm start writes local.json (.certbound)
  --json            print one JSON object, for scripts
  --strict          count warnings as failures
  --help

Exit code: 0 nothing is wrong, 1 something is wrong, 2 the deployment could not be checked.`

export const COMMAND = command({
  help: HELP,
  failed: 2,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret-file': { type: 'string' },
    local: { type: 'boolean', default: false },
    directory: { type: 'string', default: '.certbound' },
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
  run: async ({ values }, { out, err, env }) => {
    const tables = env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
    if (!values.local && tables !== '')
      err(`not AWS: the tables are at ${tables} (AWS_ENDPOINT_URL_DYNAMODB)`)
    const reports = values.local
      ? await inspect(await localDeployment(resolve(values.directory)), CHECKS)
      : await inspectAws(values.settings, values)
    const counts = summary(reports)
    if (values.json) out(JSON.stringify({ ...counts, checks: reports }, null, 2))
    else for (const line of reportLines(reports)) out(line)
    return counts.wrong > 0 || (values.strict && counts.toLookAt > 0) ? 1 : 0
  },
})

async function inspectAws(file: string, files: VisitorFiles): Promise<readonly Report[]> {
  const settings = await readDeployment(file)
  const aws = openAws(settings.region)
  try {
    const { inspected, account } = await awsDeployment(settings, aws, files)
    return [...(await inspect(inspected, CHECKS)), ...(await inspect(account, ACCOUNT_CHECKS))]
  } finally {
    aws.close()
  }
}

import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { command, Complaint, type Io } from '../command.ts'
import { openAws, showEndpoint } from './deployment/aws.ts'
import { readDeployment } from './settings/read-deployment.ts'
import type { Account, InspectedDeployment } from './doctor/check.ts'
import { ACCOUNT_CHECKS, DEPLOYMENT_CHECKS, inspect, reportLines, summary } from './doctor/checks.ts'
import { awsDeployment, localDeployment, type VisitorFiles } from './doctor/deployments.ts'
import { inspectProfile, profileLines } from './doctor/fapi/report.ts'

const HELP = `certbound doctor: checks a deployment and prints each problem with its remedy

  --settings FILE   the settings of a deployment on AWS (certbound.jsonc), with the AWS credentials of the environment
  --certificate FILE, --key FILE
                    PEM of a client certificate that the trust store accepts, and
  --client-id ID, --client-secret-file FILE
                    the client that owns it; without them some checks are skipped
  --fapi            go through the FAPI 2.0 Security Profile instead, clause by clause, with each request and its result. It needs
                    the client of --client-id; its tokens are revoked, and its pushed requests expire
  --assertion-key FILE
                    with --fapi, the private key (PEM) of a client with private_key_jwt
  --local           check the deployment of npm start, with its confidential client unless --client-id is set
  --directory DIR   where npm start writes local.json (.certbound)
  --json            print one JSON object, for scripts
  --strict          count warnings as failures
  --help

Exit code: 0 if there is no problem, 1 if there is one, 2 if the deployment could not be checked.`

export const COMMAND = command({
  help: HELP,
  failed: 2,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret-file': { type: 'string' },
    fapi: { type: 'boolean', default: false },
    'assertion-key': { type: 'string' },
    local: { type: 'boolean', default: false },
    directory: { type: 'string', default: '.certbound' },
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
  run: async ({ values }, io) => {
    const { out } = io
    const tables = io.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
    if (!values.local && tables !== '')
      io.err(`the tables are not on AWS but at ${tables} (AWS_ENDPOINT_URL_DYNAMODB)`)
    if (!values.local) showEndpoint(io, values.json)
    return withDeployment(values, async (inspected, account) => {
      if (values.fapi) return profile(inspected, values, out)
      const reports = await inspect(inspected, DEPLOYMENT_CHECKS, inspected.unread)
      if (account !== undefined) reports.push(...(await inspect(account, ACCOUNT_CHECKS)))
      const counts = summary(reports)
      if (values.json) out(JSON.stringify({ ...counts, checks: reports }, null, 2))
      else for (const line of reportLines(reports)) out(line)
      return counts.wrong > 0 || (values.strict && counts.toLookAt > 0) ? 1 : 0
    })
  },
})

interface Options extends VisitorFiles {
  readonly local: boolean
  readonly directory: string
  readonly settings: string
  readonly json: boolean
  readonly 'assertion-key'?: string | undefined
}

/** @param action also receives the account, unless the deployment is on this machine */
async function withDeployment<Result>(
  options: Options,
  action: (inspected: InspectedDeployment, account?: Account) => Promise<Result>,
): Promise<Result> {
  if (options.local) return action(await localDeployment(resolve(options.directory), options))
  const settings = await readDeployment(options.settings)
  const aws = openAws(settings.region)
  try {
    const { inspected, account } = await awsDeployment(settings, aws, options)
    return await action(inspected, account)
  } finally {
    aws.close()
  }
}

/** @returns the exit code */
async function profile(inspected: InspectedDeployment, options: Options, out: Io['out']): Promise<number> {
  const keyFile = options['assertion-key']
  const key = keyFile === undefined ? undefined : await privateKeyIn(keyFile)
  const reports = await inspectProfile(inspected, key)
  if (options.json) out(JSON.stringify(reports, null, 2))
  else for (const line of profileLines(reports)) out(line)
  return reports.some((report) => 'status' in report && report.status === 'fail') ? 1 : 0
}

/** @throws Complaint */
async function privateKeyIn(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8')
    createPrivateKey(text)
    return text
  } catch (error) {
    throw new Complaint(`${file} cannot be read as a private key in PEM`, { cause: error })
  }
}

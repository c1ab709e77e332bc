import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openClients } from './deployment/clients.ts'
import { readDeployment } from './deployment/settings.ts'
import { CHECKS, inspect, type Report } from './doctor/checks.ts'
import { accountChecks, deployedDeployment, type VisitorFiles } from './doctor/deployed.ts'
import { localDeployment } from './doctor/local-deployment.ts'
import { count, inLines } from './doctor/report.ts'

const HELP = `Looks at a deployment, and says what is wrong and what to do: npm run doctor -- [options]

  --settings FILE   of a deployment on AWS (certbound.jsonc), with the AWS credentials of the environment
  --certificate FILE, --key FILE
                    PEM of a client certificate that the trust store vouches for, and
  --client-id ID, --client-secret-file FILE
                    the client whose it is; without them some checks are left out, and say so
  --local           the deployment that npm start runs, instead
  --directory DIR   where it has written local.json (.certbound)
  --json            one JSON object, for scripts
  --strict          what is to be looked at counts as wrong
  --help

Exit code: 0 nothing is wrong, 1 something is, 2 it could not be looked at.`

const OPTIONS = {
  settings: { type: 'string', default: 'certbound.jsonc' },
  certificate: { type: 'string' },
  key: { type: 'string' },
  'client-id': { type: 'string' },
  'client-secret-file': { type: 'string' },
  local: { type: 'boolean', default: false },
  directory: { type: 'string', default: '.certbound' },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const reports = values.local
    ? await inspect(await localDeployment(resolve(values.directory)))
    : await onAws(values.settings, values)
  const [wrong, toLookAt, unknown] = [
    count(reports, 'fail'),
    count(reports, 'warn'),
    count(reports, 'skipped'),
  ]
  const json = () => JSON.stringify({ wrong, toLookAt, unknown, checks: reports }, null, 2)
  console.log(values.json ? json() : inLines(reports).join('\n'))
  return wrong > 0 || (values.strict && toLookAt > 0) ? 1 : 0
}

async function onAws(file: string, files: VisitorFiles): Promise<readonly Report[]> {
  const settings = await readDeployment(file)
  if (!('region' in settings)) throw new Error(settings.join('\n'))
  const clients = openClients(settings.region)
  try {
    const { inspected, account } = await deployedDeployment(settings, clients, files)
    return await inspect(inspected, [...CHECKS, ...accountChecks(account)])
  } finally {
    clients.close()
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(`doctor: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 2
  },
)

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { inspect } from './doctor/checks.ts'
import { localDeployment } from './doctor/local-deployment.ts'
import { count, inLines } from './doctor/report.ts'

const HELP = `Looks at a deployment, and says what is wrong and what to do: npm run doctor -- [options]

  --local           the deployment that npm start runs
  --directory DIR   where it has written local.json (.certbound)
  --json            one JSON object, for scripts
  --strict          what is to be looked at counts as wrong
  --help

Exit code: 0 nothing is wrong, 1 something is, 2 it could not be looked at.`

const OPTIONS = {
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
  if (!values.local) throw new Error('say what to look at: --local')
  const reports = await inspect(await localDeployment(resolve(values.directory)))
  const [wrong, toLookAt, unknown] = [
    count(reports, 'fail'),
    count(reports, 'warn'),
    count(reports, 'skipped'),
  ]
  const json = () => JSON.stringify({ wrong, toLookAt, unknown, checks: reports }, null, 2)
  console.log(values.json ? json() : inLines(reports).join('\n'))
  return wrong > 0 || (values.strict && toLookAt > 0) ? 1 : 0
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(`doctor: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 2
  },
)

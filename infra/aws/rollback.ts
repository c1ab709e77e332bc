import { command, Complaint, confirm, type Io } from '../command.ts'
import { openAws, showEndpoint } from './deployment/aws.ts'
import { moveAlias } from './deployment/function-versions.ts'
import { readRollback, rollbackLines } from './deployment/rollback.ts'
import { readDeployment } from './settings/read-deployment.ts'

const HELP = `certbound rollback: lets the API invoke the functions of the release before, or of an earlier one

  --settings FILE     the settings (certbound.jsonc)
  --release RELEASE   this release; the one before the current one by default
  --yes               without asking
  --help

Only functions go back: code and environment. Tables, domains, routes and rights stay. The next npm run deploy goes forward again.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    release: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
  run: async ({ values }, io) => {
    await rollBack(values, io)
    return 0
  },
})

interface Options {
  readonly settings: string
  readonly release?: string | undefined
  readonly yes: boolean
}

async function rollBack({ settings: file, release, yes }: Options, io: Io): Promise<void> {
  const settings = await readDeployment(file)
  showEndpoint(io)
  const aws = openAws(settings.region)
  try {
    const rollback = await readRollback(settings, release, aws)
    for (const line of rollbackLines(rollback)) io.out(line)
    if (rollback.moves.length === 0) throw new Complaint('no function would go back: nothing was changed')
    if (!yes) await confirm(io)
    for (const { from, to } of rollback.moves) await moveAlias(from, to.number, aws)
    io.out('Gone back. The next npm run deploy goes forward again, to the version that is checked out then.')
  } finally {
    aws.close()
  }
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copiedProject } from './copied-project.ts'
import { type FakeAws, startFakeAws } from './fake-aws.ts'
import { runScript } from './script.ts'
import { certificatePem } from './vectors.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A copy of the project with the example's settings and a trust store, over an AWS account of its own. */
export async function openDeployment(tables?: string) {
  const aws = await startFakeAws(tables)
  const project = copiedProject()
  const { folder } = project
  const settings = join(folder, 'certbound.jsonc')
  const example = readFileSync(join(folder, 'certbound.example.jsonc'), 'utf8')

  const trust = (...names: string[]) =>
    writeFileSync(join(folder, 'clients-ca.pem'), names.map((name) => certificatePem(name)).join(''))
  /** The example with one text in it replaced. */
  const configure = (from = '', to = '') => {
    if (!example.includes(from)) throw new Error(`the example has no ${from}`)
    writeFileSync(settings, example.replace(from, to))
  }
  trust('ca-root', 'ca-issuing')
  configure()

  async function run(script: string, parameters: string[] = [], options: RunOptions = {}): Promise<Ran> {
    const { env = {}, input = '' } = options
    const started = runScript(
      join(folder, script),
      parameters,
      { ...environment(folder, aws), ...env },
      folder,
      input,
    )
    const code = await started.ended
    return { code, stdout: started.stdout(), stderr: started.stderr() }
  }

  return {
    aws,
    folder,
    trust,
    configure,
    run,
    close: async () => {
      project.remove()
      await aws.close()
    },
  }
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

/** The account, and nothing of this machine's. */
function environment(HOME: string, aws: FakeAws): NodeJS.ProcessEnv {
  const nothing = ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_DYNAMODB'].map((name) => [
    name,
    undefined,
  ])
  return {
    ...(Object.fromEntries(nothing) as object),
    HOME,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...aws.environment,
  }
}

export type Deployment = Awaited<ReturnType<typeof openDeployment>>

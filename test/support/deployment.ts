import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as Deploy from '../../infra/aws/deploy.ts'
import type { Machine } from '../../infra/aws/deployment/deploy.ts'
import type * as Program from '../../infra/certbound.ts'
import { type Ran, runCommand, type Surroundings } from './command-line.ts'
import { copiedProject } from './copied-project.ts'
import { type FakeAws, startFakeAws } from './fake-aws.ts'
import { runScript } from './script.ts'
import { certificatePem } from './vectors.ts'

const PROGRAM = 'infra/certbound.ts'

/**
 * A copy of the project with the example's settings and a trust store, over an AWS account of its own.
 *
 * @param tables where DynamoDB is, for an account that has tables
 * @param adapt makes the settings of the example
 * @param answered answers a call in place of the account itself
 */
export async function openDeployment(
  tables?: string,
  adapt = (example: string) => example,
  answered?: Parameters<typeof startFakeAws>[1],
) {
  const aws = await startFakeAws(tables, answered)
  const project = copiedProject()
  const { folder } = project
  // The program is that of the copy, so that it writes into the copy.
  const program = (await import(join(folder, PROGRAM))) as typeof Program
  const { deployCommand } = (await import(join(folder, 'infra/aws/deploy.ts'))) as typeof Deploy
  const settings = join(folder, 'certbound.jsonc')
  const example = adapt(readFileSync(join(folder, 'certbound.example.jsonc'), 'utf8'))

  const trust = (...names: string[]) =>
    writeFileSync(join(folder, 'clients-ca.pem'), names.map((name) => certificatePem(name)).join(''))
  /** Writes the example, with one text in it replaced. */
  const configure = (from = '', to = '') => {
    if (!example.includes(from)) throw new Error(`the example has no ${from}`)
    writeFileSync(settings, example.replace(from, to))
  }
  trust('ca-root', 'ca-issuing')
  configure()

  /** Runs a command of certbound in this process, `deploy` on another machine if there is one. */
  async function run(
    argv: readonly string[],
    { env, ...surroundings }: Surroundings = {},
    machine?: Machine,
  ): Promise<Ran> {
    const all = { ...environment(folder, aws), ...env }
    const own = argv.includes('--settings') ? [] : ['--settings', settings]
    const main: typeof Program.main =
      machine === undefined
        ? program.main
        : ([name = '', ...rest], io) => program.execute(deployCommand(machine), name, rest, io)
    const ran = await runCommand(main, [...argv, ...own], { ...surroundings, env: all })
    return { ...ran, stderr: ran.stderr.replaceAll(settings, 'certbound.jsonc') }
  }

  /** Runs a command of certbound as npm does. */
  async function runProcess(argv: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const all = { ...environment(folder, aws), ...env }
    const started = runScript(join(folder, PROGRAM), argv, all, folder, input)
    const code = await started.ended
    return { code, stdout: started.stdout(), stderr: started.stderr() }
  }

  return {
    aws,
    folder,
    trust,
    configure,
    run,
    runProcess,
    close: async () => {
      project.remove()
      await aws.close()
    },
  }
}

/** The account, and nothing of this machine's. */
function environment(HOME: string, aws: FakeAws): NodeJS.ProcessEnv {
  const nothing = {
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL_DYNAMODB: undefined,
  }
  // osls starts faster: it compiles hundreds of modules, and a schema.
  const cache = join(import.meta.dirname, '../../.cache')
  const cached = { NODE_COMPILE_CACHE: join(cache, 'compiled'), SLS_SCHEMA_CACHE_BASE_DIR: cache }
  return { ...nothing, ...cached, HOME, AWS_EC2_METADATA_DISABLED: 'true', ...aws.environment }
}

export type Deployment = Awaited<ReturnType<typeof openDeployment>>

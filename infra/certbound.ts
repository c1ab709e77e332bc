import { parseArgs } from 'node:util'
import { type Command, Complaint, type Io, type Parsed } from './command.ts'
import { TERMINAL } from './terminal.ts'

const OVERVIEW = `certbound: OAuth 2.0 access tokens bound to the client's TLS certificate (RFC 8705)

  npm run certbound -- COMMAND [options]

  start            runs certbound on this machine
  console          shows and changes the settings of a deployment in a browser
  demo             issues, uses and refuses bound tokens on this machine, and shows each step
  invoke           runs one deployed function with one event
  deploy           creates or updates a deployment on AWS
  provision        creates its service, its clients and its owner, and renews its trust store
  import:authlete  takes services and clients of Authlete into it
  rollback         lets the API invoke the functions of the release before
  restore          makes tables from a backup safe
  audit-log        lists who changed what
  crl              reads its certificate lists from this machine
  doctor           checks a deployment and prints each problem with its remedy
  package          makes the CloudFormation template and the archives of the functions
  bench            measures the CPU time of requests, or cold starts

Each command is also an npm script, for example npm run doctor -- --strict. --help after a command lists its options.`

type Load = () => Promise<{ readonly COMMAND: Command }>

const COMMANDS: Readonly<Record<string, Load>> = {
  start: () => import('./emulator/start.ts'),
  console: () => import('./console/console.ts'),
  demo: () => import('./emulator/demo.ts'),
  invoke: () => import('./emulator/invoke.ts'),
  deploy: () => import('./aws/deploy.ts'),
  provision: () => import('./aws/provision.ts'),
  'import:authlete': () => import('./aws/import-authlete.ts'),
  rollback: () => import('./aws/rollback.ts'),
  restore: () => import('./aws/restore.ts'),
  'audit-log': () => import('./aws/audit-log.ts'),
  crl: () => import('./aws/crl.ts'),
  doctor: () => import('./aws/doctor.ts'),
  package: () => import('./aws/package.ts'),
  bench: () => import('./bench/bench.ts'),
}

/**
 * Runs a command of certbound, and prints the error that it throws.
 *
 * @param argv the name of the command and its arguments; if empty, the commands are listed
 * @returns the exit code
 */
export async function main([name, ...args]: readonly string[], io: Io): Promise<number> {
  if (name === undefined || name === '--help') {
    io.out(OVERVIEW)
    return 0
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    io.err(`certbound: unknown command ${name}: --help lists the commands`)
    return 1
  }
  const { COMMAND } = await (COMMANDS[name] as Load)()
  return execute(COMMAND, name, args, io)
}

/** Runs a command, and prints the error that it throws. @returns the exit code */
export async function execute(
  command: Command,
  name: string,
  args: readonly string[],
  io: Io,
): Promise<number> {
  try {
    const parsed = parse(command, [...args])
    if (parsed.values['help'] !== true) return await command.run(parsed, io)
    io.out(command.help)
    return 0
  } catch (error) {
    for (const line of linesOf(error)) io.err(`${name}: ${line}`)
    return command.failed ?? 1
  }
}

function parse({ options, allowPositionals = false }: Command, args: string[]): Parsed<Command['options']> {
  try {
    const withHelp = { ...options, help: { type: 'boolean' } } as const
    return parseArgs({ args, options: withHelp, allowPositionals, strict: true })
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code.startsWith('ERR_PARSE_ARGS')) throw new Complaint(`${message}\n--help lists the options`)
    throw error
  }
}

function linesOf(error: unknown): string[] {
  const text = error instanceof Error ? error.message : String(error)
  return `${error instanceof Complaint ? '' : 'unexpected: '}${text}`.split('\n')
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), TERMINAL)

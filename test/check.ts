import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'

/** Scripts of package.json. The first takes twice as long as the others together. test/dependencies.test.ts has those of imports, and test/infra/package those of the build. */
const LONGEST = 'check:code'
const OTHERS = ['check:format', 'unused']

interface Ended {
  readonly name: string
  readonly code: number | null
  readonly output: string
}

const shell = process.platform === 'win32'

async function run(name: string): Promise<Ended> {
  const check = spawn('npm', ['run', '-s', name], { stdio: ['ignore', 'pipe', 'pipe'], shell })
  const [output, errors, [code]] = await Promise.all([
    text(check.stdout),
    text(check.stderr),
    once(check, 'close') as Promise<[number | null]>,
  ])
  return { name, code, output: output + errors }
}

/** The output of a check is printed at once, so that outputs do not mix. */
function report({ name, code, output }: Ended): void {
  console.log(`${code === 0 ? 'passed' : 'failed'}: npm run ${name}`)
  if (code === 0) return
  console.error(output.trimEnd())
  process.exitCode = 1
}

/** Each processor takes the next check. */
async function work(pending: string[]): Promise<void> {
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) report(await run(name))
}

/** Checks, and then the command that is given, which begins while the longest check still runs. */
const [command, ...parameters] = process.argv.slice(2)
const longest = run(LONGEST)
const pending = [...OTHERS]
await Promise.all(Array.from({ length: Math.max(1, availableParallelism() - 1) }, () => work(pending)))
if (command !== undefined && process.exitCode === undefined) {
  const [code] = (await once(spawn(command, parameters, { stdio: 'inherit', shell }), 'close')) as [
    number | null,
  ]
  if (code !== 0) process.exitCode = 1
}
report(await longest)

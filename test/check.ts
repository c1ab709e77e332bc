import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'

/** The scripts of package.json, the longest first. */
const CHECKS = ['lint', 'types', 'check:format', 'build', 'unused', 'check:dependencies']

/** Each processor takes the next check. The output of a check is printed when it ends, so that outputs do not mix. */
async function work(pending: string[]): Promise<void> {
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const check = spawn('npm', ['run', '-s', name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const [output, errors, [code]] = await Promise.all([
      text(check.stdout),
      text(check.stderr),
      once(check, 'close') as Promise<[number | null]>,
    ])
    const failed = code !== 0
    console.log(`${failed ? 'failed' : 'passed'}: npm run ${name}`)
    if (failed) {
      console.error(`${output}${errors}`.trimEnd())
      process.exitCode = 1
    }
  }
}

const pending = [...CHECKS]
await Promise.all(Array.from({ length: availableParallelism() }, () => work(pending)))

import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../infra/emulator/free-port.ts'
import { listsTables } from '../../infra/tables/tables.ts'

/** Debian's package python3-moto installs it there, for Debian's own Python. */
const PYTHON = '/usr/bin/python3'
const START_LIMIT_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 100

/** The version of moto, an AWS that others wrote; `undefined` without it. */
export function findMoto(): string | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import moto, flask_cors; print(moto.__version__)'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : undefined
}

/** Starts moto on a free port. @throws Error when it does not answer within 60 seconds */
export async function startMoto() {
  const port = await freePort()
  const program = ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)]
  const child = spawn(PYTHON, program, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = () => child.kill()
  process.once('exit', stop)
  const endpoint = `http://127.0.0.1:${port}`
  const close = async () => {
    process.off('exit', stop)
    stop()
    await ended
  }
  const end = Date.now() + START_LIMIT_MILLISECONDS
  while (!(await listsTables(endpoint))) {
    if (Date.now() > end || child.exitCode !== null) {
      await close()
      throw new Error('moto does not answer')
    }
    await delay(POLL_MILLISECONDS)
  }
  return { endpoint, close }
}

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../infra/emulator/free-port.ts'
import { listsTables } from '../../infra/tables/tables.ts'
import { ACCOUNT } from './fake-account.ts'

/** Debian's package python3-moto installs it there, for Debian's own Python. */
export const PYTHON = '/usr/bin/python3'
const START_LIMIT_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 100

/** The version of moto, an AWS that others wrote; `undefined` without it. */
export function findMoto(): string | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import moto, flask_cors; print(moto.__version__)'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : undefined
}

/** A package that moto imports for REST APIs, which certbound does not have, and that Debian does not have. */
const OPENAPI_SPEC_VALIDATOR: Readonly<Record<string, string>> = {
  '__init__.py': 'def validate(*_): pass\n',
  'validation/__init__.py': '',
  'validation/exceptions.py': 'class OpenAPIValidationError(Exception): pass\n',
}

function writePackage(folder: string): void {
  for (const [name, text] of Object.entries(OPENAPI_SPEC_VALIDATOR)) {
    const file = join(folder, 'openapi_spec_validator', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** Starts moto on a free port. @throws Error when it does not answer within 60 seconds */
export async function startMoto() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'certbound-moto-'))
  writePackage(folder)
  const env = {
    ...{ PATH: process.env['PATH'], PYTHONPATH: folder, MOTO_ACCOUNT_ID: ACCOUNT },
    ...{ MOTO_ACM_VALIDATION_WAIT: '0', MOTO_LAMBDA_DATA_DIR: folder },
  }
  const program = ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)]
  const child = spawn(PYTHON, program, { stdio: 'ignore', env })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = () => child.kill()
  process.once('exit', stop)
  const endpoint = `http://127.0.0.1:${port}`
  const close = async () => {
    process.off('exit', stop)
    stop()
    await ended
    rmSync(folder, { recursive: true })
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

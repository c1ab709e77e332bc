import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { outcome } from '../support/outcome.ts'

const LAUNCHER = join(import.meta.dirname, '../../infra/node24.cjs')

/** An empty PATH, as if no Node could be found by its name. */
function launch(launcher: string, argv: readonly string[], nodeOptions: readonly string[] = []) {
  return spawn(process.execPath, [...nodeOptions, launcher, ...argv], { env: { PATH: '' } })
}

/** The launcher in a project without packages. */
function bareProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-launcher-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'infra'))
  copyFileSync(LAUNCHER, join(folder, 'infra/node24.cjs'))
  return join(folder, 'infra/node24.cjs')
}

test('the launcher runs node and tools with Node 24, found without PATH', async () => {
  expect((await outcome(launch(LAUNCHER, ['node', '-p', 'process.version']))).stdout).toMatch(/^v24[.]/)
  const inner = ['node', '-p', "child_process.execFileSync('node', ['-v']).toString()"]
  expect((await outcome(launch(LAUNCHER, inner))).stdout).toMatch(/^v24[.]/)
})

test('the launcher uses the Node that runs it when no Node is packaged', async () => {
  const { stdout } = await outcome(launch(bareProject(), ['node', '-p', 'process.execPath']))
  expect(stdout.trim()).toBe(process.execPath)
})

test('the launcher refuses an old Node when no Node is packaged', async () => {
  const launcher = bareProject()
  const old = join(launcher, '../old.cjs')
  writeFileSync(old, `Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`)
  const { exitCode, stderr } = await outcome(launch(launcher, ['node', '-v'], ['--require', old]))
  expect(exitCode).toBe(1)
  expect(stderr).toContain('certbound needs Node 24 or newer, this is Node 20.19.0.')
})

test('the launcher ends with the exit code of the command, and names a missing tool', async () => {
  expect((await outcome(launch(LAUNCHER, ['node', '-e', 'process.exitCode = 7']))).exitCode).toBe(7)
  const { exitCode, stderr } = await outcome(launch(LAUNCHER, ['nonsense']))
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringMatching(/^nonsense cannot be run \(.*\): npm ci installs it\n$/),
  ])
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the launcher passes %s to the command, and waits for its end',
  async (signal) => {
    const program = `process.on('${signal}', () => process.exit(3)); setInterval(() => {}, 60_000); console.log('ready')`
    const child = launch(LAUNCHER, ['node', '-e', program])
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await outcome(child)).toMatchObject({ exitCode: 3, signalCode: null })
  },
)

test('the launcher ends by the signal that ended the command', async () => {
  const program = `setInterval(() => {}, 60_000); console.log('ready')`
  const child = launch(LAUNCHER, ['node', '-e', program])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await outcome(child)).toMatchObject({ exitCode: null, signalCode: 'SIGTERM' })
})

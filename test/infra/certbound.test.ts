import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { main } from '../../infra/certbound.ts'
import { runCommand } from '../support/command-line.ts'
import { runScript } from '../support/script.ts'
import packageJson from '../../package.json' with { type: 'json' }

const run = (...argv: string[]) => runCommand(main, argv)

const overview = (await run()).stdout
const COMMANDS = [...overview.matchAll(/^ {2}([a-z:]+) {2,}/gm)].map(([, name = '']) => name)

test('certbound without a command lists its commands', async () => {
  expect(COMMANDS).toEqual(expect.arrayContaining(['deploy', 'provision', 'restore', 'doctor']))
  expect(await run('--help')).toEqual({ code: 0, stdout: overview, stderr: '' })
})

test.each(COMMANDS)('%s has a help and is an npm script', async (name) => {
  const { code, stdout } = await run(name, '--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^certbound ${name}: `))
  const script = (packageJson.scripts as Record<string, string>)[name]
  expect(script?.endsWith(`node infra/node24.cjs node infra/certbound.ts ${name}`)).toBe(true)
})

test('certbound refuses an unknown command', async () => {
  expect(await run('deplyo')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'certbound: unknown command deplyo: --help lists the commands\n',
  })
})

test.each(['constructor', '__proto__'])('certbound has no command %s', async (name) => {
  expect((await run(name)).stderr).toContain('unknown command')
})

test.each([
  ['deploy', 1],
  ['doctor', 2],
])('%s refuses an unknown option with the exit code %i', async (name, code) => {
  const ran = await run(name, '--nonsense')
  expect(ran.code).toBe(code)
  expect(ran.stderr).toMatch(
    new RegExp(`^${name}: Unknown option '--nonsense'.*\n${name}: --help lists the options\n$`),
  )
})

test('an error that is not a complaint is printed as unexpected', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'certbound-broken-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'local.json'), 'broken')
  const { code, stderr } = await run('doctor', '--local', '--directory', directory)
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^doctor: unexpected: Unexpected token .*\n$/)])
})

test('certbound runs as a process and ends with the exit code of its command', async () => {
  const script = runScript('infra/certbound.ts', ['doctor', '--settings', 'absent.jsonc'])
  expect(await script.ended).toBe(2)
  expect(script.stderr()).toMatch(/^doctor: absent.jsonc does not exist/)
})

import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findNode20, type Node20 } from '../support/node-20.ts'
import { outcome } from '../support/outcome.ts'

const ROOT = join(import.meta.dirname, '../..')
/** The part of a clean clone that `npm ci` and the demonstration read. */
const CLONED = ['package.json', 'package-lock.json', '.npmrc', 'functions', 'infra', 'shared', 'test/vectors']

const node20 = findNode20()
if (process.env['LONG'] === undefined) {
  test('a clean clone under npm 10', ({ skip }) =>
    skip('it takes 16 seconds: with LONG=1 it runs, as in .ci/run'))
} else if (node20 === undefined) {
  test('a clean clone under npm 10', ({ skip }) => skip('`node test/support/node-20.ts` fetches it'))
} else {
  test(
    'in a clean clone npm ci and npm run demo work with Node 20 and npm 10',
    { timeout: 240_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'certbound-clone-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      for (const name of CLONED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
      // npm's cache has every package since `npm ci` was run here.
      expect(await npm(node20, folder, 'ci', '--omit=dev', '--prefer-offline')).toMatchObject({ exitCode: 0 })
      // The reason for infra/node24.cjs: npm 10 removes the link when it skips the Node for another processor.
      expect(existsSync(join(folder, 'node_modules/.bin/node'))).toBe(false)
      linkMissing(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
      const demo = await npm(node20, folder, 'run', 'demo')
      expect(demo, demo.stderr).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/All \d+ steps/) as string,
      })
    },
  )
}

function npm({ bin, npm }: Node20, cwd: string, ...argv: string[]) {
  const env = { ...environment(), PATH: [bin, '/usr/bin', '/bin'].join(delimiter) }
  return outcome(spawn(join(bin, 'node'), [npm, ...argv], { cwd, env }))
}

/** Development packages are taken from here: 500 packages more take a minute. */
function linkMissing(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name))
  }
}

/** The environment without the variables of an npm that runs these tests. */
function environment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(cache|registry|userconfig)$/i
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  )
}

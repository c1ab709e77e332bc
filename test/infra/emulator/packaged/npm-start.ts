import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Local } from '../../../../infra/emulator/local-file.ts'
import { runScript } from '../../../support/script.ts'
import type { PackagedSite } from './packaged-site.ts'

const PORTS = [
  '--mtls-port',
  '--api-port',
  '--front-end-port',
  '--front-end-mtls-port',
  '--resource-port',
  '--library-port',
]

export function npmStart(site: () => PackagedSite): void {
  async function start(folder: string) {
    const directory = await mkdtemp(join(tmpdir(), 'certbound-start-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const free = PORTS.flatMap((option) => [option, '0'])
    const parameters = ['--packaged', '--directory', directory, ...free]
    return { directory, script: runScript('infra/emulator/main.ts', parameters, {}, folder) }
  }

  test('runs what has been packaged, with its log lines, and Ctrl-C stops all of it', async () => {
    const { directory, script } = await start(dirname(site().packaged.archives))
    await script.printed('Ctrl-C stops')
    const local = JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local
    const answer = await fetch(`${local.webApiUrl}/.well-known/oauth-authorization-server`)
    expect(await answer.json()).toMatchObject({ issuer: local.mtlsUrl })
    await script.printed('"endpoint":"/.well-known/oauth-authorization-server"')
    script.process.kill('SIGINT')
    expect([await script.ended, script.stderr()]).toEqual([0, ''])
  }, 60_000)

  test('says what to do where nothing has been packaged', async () => {
    const { directory, script } = await start(tmpdir())
    expect(await script.ended).toBe(1)
    expect(script.stderr()).toMatch(
      /^certbound: .*-update-stack[.]json cannot be read: npm run package writes it\n$/,
    )
    expect(directory).not.toBe('')
  })
}

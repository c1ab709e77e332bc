import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPackagedTemplate } from '../../../../infra/emulator/lambda/packaged-template.ts'
import type { Local } from '../../../../infra/emulator/site/local-file.ts'
import { runScript } from '../../../support/script.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { FREE_PORTS } from '../started-command.ts'
import type { PackagedSite } from './packaged-site.ts'
import { partOfPackage } from './part-of-package.ts'

export function npmStart(site: () => PackagedSite): void {
  async function start(folder: string) {
    const directory = await temporaryFolder()
    const parameters = ['start', '--packaged', '--directory', directory, ...FREE_PORTS]
    return { directory, script: runScript('infra/certbound.ts', parameters, {}, folder) }
  }

  test('npm start -- --packaged runs the packaged functions, prints their log lines, and Ctrl-C stops all of it', async () => {
    const { folder } = await partOfPackage(site().packaged)
    const { directory, script } = await start(folder)
    await script.printed('Press Ctrl-C to stop')
    const local = JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local
    const answer = await fetch(`${local.webApiUrl}/.well-known/oauth-authorization-server`)
    expect(await answer.json()).toMatchObject({ issuer: local.plainUrl })
    await script.printed('"endpoint":"/.well-known/oauth-authorization-server"')
    script.process.kill('SIGINT')
    expect([await script.ended, script.stderr()]).toEqual([0, ''])
  })

  test('npm start -- --packaged names the command to run if nothing has been packaged', async () => {
    await expect(readPackagedTemplate('absent.json')).rejects.toThrow(
      'absent.json cannot be read: npm run package writes it',
    )
  })
}

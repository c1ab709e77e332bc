import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../../infra/certbound.ts'
import { DEVELOPMENT_USER } from '../../../infra/examples/authorization-server/start.ts'
import { runCommand } from '../../support/command-line.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { csrfOf, logIn, userAgent } from '../examples/authorization-server/user-agent.ts'
import { argvIn, startIn } from './local-requests.ts'
import { startCommand } from './started-command.ts'

/** The curl test is left out on a machine without curl, and start.test.ts warns. */
const CURL = spawnSync('curl', ['--version']).status === 0 ? ['curl'] : []

/** All tests but the last share its certificates and data. */
const directory = await mkdtemp(join(tmpdir(), 'certbound-fapi2-'))
afterAll(() => rm(directory, { recursive: true }))

test('npm start --fapi2 seeds a client with mutual TLS and one that must use DPoP, and doctor finds no broken clause', async () => {
  const { local } = await startIn(directory, '--fapi2')
  expect(local.clients.map((client) => [client.type, client.tokenAuthMethod])).toEqual([
    ['CONFIDENTIAL', 'TLS_CLIENT_AUTH'],
    ['CONFIDENTIAL', 'TLS_CLIENT_AUTH'],
  ])
  const { code, stdout } = await runCommand(main, ['doctor', '--local', '--directory', directory, '--fapi'])
  expect(stdout).toMatch(/\n\d+ hold, 0 are violated, 4 were not checked\n$/)
  expect(code).toBe(0)
})

test.each(CURL)('npm start --fapi2 prints %s lines that work as printed', async () => {
  const { command } = await startIn(directory, '--fapi2')
  const lines = command.stdout().match(/^(?:[A-Z_]+=\$\(|curl ).*$/gm) ?? []
  expect(lines).toHaveLength(13)
  const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')])
  expect(stdout).toContain('"active":true,"cnf"')
  expect(stdout.split('"accounts":[')).toHaveLength(4)
  expect(stdout.split('401 Unauthorized')).toHaveLength(4)
  expect(stdout).toContain('algs="PS256 ES256 EdDSA Ed25519"')
})

test('the demo client of npm start --fapi2 pushes its request, and its token is bound to its certificate', async () => {
  const { local } = await startIn(directory, '--fapi2')
  const agent = userAgent(local.frontEndUrl)
  const { text: first } = await agent.go('/')
  expect(first).toContain(`POST ${local.mtlsUrl}/par`)
  const link = /href="([^"]+\/authorize[^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect([...new URL(link).searchParams.keys()]).toEqual(['client_id', 'request_uri'])
  const consent = await logIn(agent, await agent.go((await agent.go(link)).location), DEVELOPMENT_USER)
  const { location } = await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  const { text } = await agent.go(location)
  expect(text).toContain('The ID token identifies the end-user')
  expect(text.match(/(?<=<td>)\d+(?=<\/td>)/g)).toEqual(['200', '401', '401'])
})

test('npm start --fapi2 keeps data of its own, and refuses those of a service without the profile', async () => {
  const folder = await temporaryFolder()
  const other = await startIn(folder)
  await other.command.stop()
  const own = await startIn(folder, '--fapi2')
  await own.command.stop()
  expect(own.local.serviceId).not.toBe(other.local.serviceId)
  const data = join(folder, 'data')
  const command = startCommand(argvIn(folder, '--fapi2', '--data', data))
  expect(await command.ended).toBe(1)
  expect(command.stderr()).toBe(
    `start: the service in ${data} does not have the profile fapi2: use --fresh to create a new one\n`,
  )
  const again = await startIn(folder)
  expect(again.local.serviceId).toBe(other.local.serviceId)
})

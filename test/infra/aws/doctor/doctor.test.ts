import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CHECKS, inspect } from '../../../../infra/aws/doctor/checks.ts'
import { ok } from '../../../../infra/aws/doctor/finding.ts'
import type { Local } from '../../../../infra/emulator/local-file.ts'
import { runScript } from '../../../support/script.ts'
import { type InspectedSite, inspectedSite } from './inspected-site.ts'

let site: InspectedSite
beforeAll(async () => {
  site = await inspectedSite()
})
afterAll(() => site.close())

async function doctor(directory: string, ...parameters: string[]) {
  const script = runScript('infra/aws/doctor.ts', ['--local', '--directory', directory, ...parameters])
  return { code: await script.ended, stdout: script.stdout(), stderr: script.stderr() }
}

/** The deployment as a changed local.json has it. */
async function changed(change: (local: Local) => Partial<Local>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'certbound-doctor-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const local = JSON.parse(await readFile(join(site.directory, 'local.json'), 'utf8')) as Local
  await writeFile(join(directory, 'local.json'), JSON.stringify({ ...local, ...change(local) }))
  return directory
}

describe('npm run doctor', () => {
  test('finds nothing wrong in a deployment as it should be', async () => {
    const { code, stdout, stderr } = await doctor(site.directory)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(
      'ok    mutual TLS: the mutual-TLS domain answers nobody without a client certificate',
    )
    expect(stdout).toMatch(/0 wrong, 0 to be looked at, 0 not known\n$/)
  })

  test('says what is wrong and what to do, and ends with 1', async () => {
    const { code, stdout } = await doctor(await changed(({ webApiUrl }) => ({ mtlsUrl: webApiUrl })))
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /FAIL {2}mutual TLS: mutual TLS is off: .*\n {6}-> give the domain its trust store again/,
    )
    expect(stdout).toMatch(/\n3 wrong, 0 to be looked at, 1 not known\n$/)
  })

  test('gives scripts the same as JSON', async () => {
    const directory = await changed(({ webApiUrl }) => ({ mtlsUrl: webApiUrl }))
    const { code, stdout } = await doctor(directory, '--json')
    expect(code).toBe(1)
    const { wrong, checks } = JSON.parse(stdout) as {
      wrong: number
      checks: { name: string; findings: object[] }[]
    }
    expect(wrong).toBeGreaterThan(0)
    expect(checks.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => name))
    expect(checks[0]?.findings).toMatchObject([
      { status: 'fail', what: expect.stringContaining('off') as string },
    ])
  })

  test('takes what is to be looked at for wrong with --strict alone', async () => {
    const [client] = (await site.inspected()).clients
    if (client === undefined) throw new Error('a client is missing')
    const { registry } = site.runtime.store
    await registry.putClient(site.seeded.serviceId, {
      ...client,
      tlsClientCertificateBoundAccessTokens: false,
    })
    onTestFinished(() => registry.putClient(site.seeded.serviceId, client))
    const lenient = await doctor(site.directory)
    expect([lenient.code, lenient.stdout]).toEqual([0, expect.stringContaining('WARN  binding')])
    expect((await doctor(site.directory, '--strict')).code).toBe(1)
  })

  test('ends with 2 where there is nothing to look at', async () => {
    const nothing = await doctor(join(site.directory, 'nothing'))
    expect([nothing.code, nothing.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^doctor: .*local.json cannot be read: npm start writes it, and has to be running\n$/,
      ),
    ])
    expect((await doctor(site.directory, '--nonsense')).code).toBe(2)
  })

  test('prints no secret', async () => {
    const { stdout } = await doctor(site.directory, '--json')
    const secrets = JSON.stringify(site.seeded).match(/[\w-]{80,}/g) ?? []
    expect(secrets.length).toBeGreaterThan(3)
    expect(secrets.filter((secret) => stdout.includes(secret))).toEqual([])
  })
})

test('a check that cannot be carried out has failed, and the others are', async () => {
  const broken = { name: 'broken', ask: () => Promise.reject(new Error('planted')) }
  const fine = { name: 'fine', ask: () => Promise.resolve([ok('fine')]) }
  const reports = await inspect(await site.inspected(), [broken, fine])
  expect(
    reports.map(({ findings: [finding] }) => `${String(finding?.status)}: ${String(finding?.what)}`),
  ).toEqual(['fail: it could not be looked at: planted', 'ok: fine'])
})

test('no two checks have the same name', () => {
  expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length)
})

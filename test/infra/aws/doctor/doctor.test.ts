import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ACCOUNT_CHECKS, DEPLOYMENT_CHECKS, inspect } from '../../../../infra/aws/doctor/checks.ts'
import { ok } from '../../../../infra/aws/doctor/check.ts'
import type { Local } from '../../../../infra/emulator/site/local-file.ts'
import { main } from '../../../../infra/certbound.ts'
import { runCommand } from '../../../support/command-line.ts'
import { type InspectedSite, inspectedSite } from './inspected-site.ts'

let site: InspectedSite
beforeAll(async () => {
  site = await inspectedSite()
})
afterAll(() => site.close())

const doctor = (directory: string, ...parameters: string[]) =>
  runCommand(main, ['doctor', '--local', '--directory', directory, ...parameters])

/** The folder of a local.json with some members changed. */
async function changed(change: (local: Local) => Partial<Local>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'certbound-doctor-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const local = JSON.parse(await readFile(join(site.directory, 'local.json'), 'utf8')) as Local
  await writeFile(join(directory, 'local.json'), JSON.stringify({ ...local, ...change(local) }))
  return directory
}

test('doctor finds no problem in a good deployment', async () => {
  const { code, stdout, stderr } = await doctor(site.directory)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('ok    mutual TLS: the mutual-TLS domain refuses clients without a certificate')
  expect(stdout).toMatch(/0 failures, 0 warnings, 0 skipped\n$/)
})

test('doctor prints each problem with its remedy, and ends with 1', async () => {
  const { code, stdout } = await doctor(await changed(({ webApiUrl }) => ({ mtlsUrl: webApiUrl })))
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /FAIL {2}mutual TLS: mutual TLS is off: .*\n {6}-> restore the trust store of the domain/,
  )
  expect(stdout).toMatch(/\n3 failures, 0 warnings, 1 skipped\n$/)
})

test('doctor prints its findings as JSON for scripts', async () => {
  const directory = await changed(({ webApiUrl }) => ({ mtlsUrl: webApiUrl }))
  const { code, stdout } = await doctor(directory, '--json')
  expect(code).toBe(1)
  const { wrong, checks } = JSON.parse(stdout) as {
    wrong: number
    checks: { name: string; findings: object[] }[]
  }
  expect(wrong).toBeGreaterThan(0)
  expect(checks.map(({ name }) => name)).toEqual(DEPLOYMENT_CHECKS.map(({ name }) => name))
  expect(checks[0]?.findings).toMatchObject([
    { status: 'fail', what: expect.stringContaining('off') as string },
  ])
})

test('doctor counts warnings as failures only with --strict', async () => {
  const client = (await site.inspected()).clients.find(({ dpopRequired }) => !dpopRequired)
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

test('doctor ends with 2 if there is no deployment or an option is unknown', async () => {
  const nothing = await doctor(join(site.directory, 'nothing'))
  expect([nothing.code, nothing.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^doctor: .*local.json cannot be read: npm start creates it and must be running\n$/,
    ),
  ])
  expect((await doctor(site.directory, '--nonsense')).code).toBe(2)
})

test('doctor recognizes a local.json of an earlier run', async () => {
  const directory = await changed(() => ({ dynamodbUrl: 'http://127.0.0.1:1' }))
  const { code, stderr } = await doctor(directory)
  expect(code).toBe(2)
  expect(stderr).toMatch(/^doctor: .*local.json is from an earlier run: npm start must be running\n$/)
})

test('doctor prints no secret', async () => {
  const { stdout } = await doctor(site.directory, '--json')
  const secrets = JSON.stringify(site.seeded).match(/[\w-]{80,}/g) ?? []
  expect(secrets.length).toBeGreaterThan(3)
  expect(secrets.filter((secret) => stdout.includes(secret))).toEqual([])
})

test('a check that throws has failed, and the others continue', async () => {
  const broken = { name: 'broken', ask: () => Promise.reject(new Error('planted')) }
  const fine = { name: 'fine', ask: () => Promise.resolve([ok('fine')]) }
  const reports = await inspect({}, [broken, fine])
  const findings = reports.map(
    ({ findings: [finding] }) => `${String(finding?.status)}: ${String(finding?.what)}`,
  )
  expect(findings).toEqual(['fail: the check failed to run: planted', 'ok: fine'])
})

test('no two checks of doctor have the same name', () => {
  const names = [...DEPLOYMENT_CHECKS, ...ACCOUNT_CHECKS].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

import { describe, expect } from 'vitest'
import type { SettledRecord } from '../../../../shared/store/audit/settle.ts'
import { recordsOf } from '../../../support/audit.ts'
import { SERVICE, test } from './provisioning.ts'

const records = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SettledRecord)

describe('npm run audit-log', () => {
  test('it answers what provision and restore have changed, and by whom', async ({ provisioning }) => {
    await provisioning.deployTables()
    expect((await provisioning.provision()).code).toBe(0)
    const listed = await provisioning.run(['audit-log', '--json'])
    expect(listed.code).toBe(0)
    expect(
      records(listed.stdout).map(({ operation, by, settlement }) => [operation, by, settlement]),
    ).toEqual(records(listed.stdout).map(() => ['provision', 'local', 'DONE']))
    expect(records(listed.stdout).flatMap(({ writes }) => writes.map(({ kind }) => kind))).toEqual(
      expect.arrayContaining(['service', 'client', 'clientState', 'alias']),
    )
    const owner = await provisioning.run(['audit-log', '--deployment'])
    expect(owner.stdout).toMatch(/^\S+Z provision: DONE, by local\n {2}owner owner: DONE\n/)
    expect(owner.stdout).toContain('    credentials: - -> [{"apiKey":')

    expect((await provisioning.run(['restore', '--yes'])).code).toBe(0)
    const restored = records(
      (await provisioning.run(['audit-log', '--json', '--credential', 'local'])).stdout,
    )
    expect(restored.map(({ operation }) => operation)).toContain('restore')
    const none = await provisioning.run(['audit-log', '--credential', 'owner'])
    expect([none.code, none.stdout]).toEqual([0, ''])
  })

  test('--erase takes personal data of one client out of its records, and leaves a record', async ({
    provisioning,
  }) => {
    await provisioning.deployTables()
    await provisioning.provision()
    const [first, second] = await provisioning.registry.listClients(SERVICE)
    const client = first?.clientId ?? 0
    const erased = await provisioning.run(['audit-log', '--erase', '--client', String(client), '--yes'])
    expect(erased.stdout).toMatch(
      new RegExp(`^[1-9]\\d* items of records have no personal data of the client ${client}`),
    )
    const runtime = { ...provisioning.runtime, clock: { now: provisioning.runtime.now() } }
    const left = await recordsOf(runtime, SERVICE)
    const valuesOf = (number: number | undefined) =>
      left.flatMap(({ writes }) =>
        writes.flatMap((write) => (write.client === number ? write.members.map(({ to }) => to) : [])),
      )
    expect(valuesOf(client).filter((value) => value !== undefined)).toEqual([])
    expect(left.flatMap(({ writes }) => writes).some((write) => write.client === client)).toBe(true)
    if (second !== undefined)
      expect(valuesOf(second.clientId).some((value) => value !== undefined)).toBe(true)
    expect(left).toContainEqual(
      expect.objectContaining({ operation: 'audit-log --erase', settlement: 'DONE' }),
    )
  })

  test.for<[string[], string]>([
    [['--client', 'payments'], 'audit-log: --client must be a number: not payments\n'],
    [
      ['--since', 'yesterday'],
      'audit-log: --since must be a day or a time, such as 2026-12-01: not yesterday\n',
    ],
    [['--erase'], 'audit-log: --erase needs --client\n'],
  ])('%j is refused', async ([args, message], { provisioning }) => {
    await provisioning.deployTables()
    const { code, stderr } = await provisioning.run(['audit-log', ...args])
    expect([code, stderr]).toEqual([1, message])
  })
})

describe('the credentials of the owner', () => {
  test('--new-owner makes a second one, both are valid, and --remove-owner ends the first', async ({
    provisioning,
  }) => {
    await provisioning.deployTables()
    const early = await provisioning.provision('--new-owner')
    expect([early.code, early.stderr]).toEqual([
      1,
      'provision: the deployment has no owner yet: npm run provision makes one\n',
    ])
    await provisioning.provision()
    const keys = async () =>
      (await provisioning.registry.findOwner())?.credentials.map(({ apiKey }) => apiKey)
    const [old = ''] = (await keys()) ?? []
    const made = await provisioning.provision('--new-owner', '--json')
    const { owner } = JSON.parse(made.stdout) as { owner: { serviceOwnerApiKey: string } }
    expect(await keys()).toEqual([old, owner.serviceOwnerApiKey])
    const third = await provisioning.provision('--new-owner')
    expect([third.code, third.stderr]).toEqual([
      1,
      `provision: the owner has 2 credentials already: provision -- --remove-owner ${old} or --remove-owner ${owner.serviceOwnerApiKey} removes one\n`,
    ])
    expect((await provisioning.provision('--remove-owner', old)).code).toBe(0)
    expect(await keys()).toEqual([owner.serviceOwnerApiKey])
    const last = await provisioning.provision('--remove-owner', owner.serviceOwnerApiKey)
    expect([last.code, await keys()]).toEqual([1, [owner.serviceOwnerApiKey]])
    const listed = await provisioning.run(['audit-log', '--deployment', '--json'])
    expect(records(listed.stdout)).toHaveLength(3)
    expect(listed.stdout).not.toContain('Digest')
  })
})

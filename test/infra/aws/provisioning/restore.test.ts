import { expect } from 'vitest'
import { digest } from '../../../../shared/store/digest.ts'
import { SERVICE, test as base } from './provisioning.ts'
/** A test with provisioned tables. */
const test = base.extend('provisioned', async ({ provisioning }) => {
  await provisioning.deployTables()
  await provisioning.provision()
  return { ...provisioning, currentService: () => provisioning.registry.findCurrentService(SERVICE) }
})

interface Restored {
  services: { apiKey: number; tokensNotBefore: number; credentials: { role: string; secret: string }[] }[]
  owner: { organizationAccessToken: string }
}

test('restore shows new secrets once, and the tables contain their digests', async ({ provisioned }) => {
  const { currentService, registry, run } = provisioned
  const before = await currentService()
  const { code, stdout, stderr } = await run(['restore', '--yes', '--json'])
  expect([code, stderr]).toEqual([0, expect.stringContaining('all tokens are revoked')])
  const { services, owner } = JSON.parse(stdout) as Restored
  const after = await currentService()
  expect(services.map(({ apiKey }) => apiKey)).toEqual([SERVICE])
  expect(after?.tokensNotBefore).toBe(services[0]?.tokensNotBefore)
  expect(after?.credentials.map((credential) => credential.digest)).toEqual(
    services[0]?.credentials.map(({ secret }) => digest(secret)),
  )
  expect(after?.credentials).not.toEqual(before?.credentials)
  expect((await registry.findOwner())?.credentials[0]?.organizationTokenDigest).toBe(
    digest(owner.organizationAccessToken),
  )
})

test('restore names a former registry that it cannot read', async ({ provisioned }) => {
  const { stdout } = await provisioned.run(['restore', '--yes', '--former-registry', 'deleted-table'])
  expect(stdout).toContain(
    '  revoked certificates are copied from the states of the clients and from deleted-table\n',
  )
  expect(stdout).toContain(
    '  revocations that could not be read: the table deleted-table (ResourceNotFoundException)\n',
  )
})

test('restore changes nothing unless the answer is yes', async ({ provisioned }) => {
  const before = await provisioned.currentService()
  const { code, stdout, stderr } = await provisioned.run(['restore'], { answer: 'no' })
  expect([code, stderr]).toEqual([1, 'restore: nothing was changed\n'])
  expect(stdout).toContain(`service ${String(SERVICE)}`)
  expect(await provisioned.currentService()).toEqual(before)
})

test('restore prints the new secrets and the cut-off as text', async ({ provisioned }) => {
  const { stdout } = await provisioned.run(['restore'], { answer: 'yes' })
  const { tokensNotBefore = 0 } = (await provisioned.currentService()) ?? {}
  const until = new Date(tokensNotBefore * 1000).toISOString()
  expect(stdout).toContain(
    `service ${String(SERVICE)}: everything that was issued before ${until} is revoked`,
  )
  expect(stdout).toMatch(/^ {2}manage {6}[\w-]{86}$/m)
  expect(stdout).toMatch(
    /^owner of the deployment\n {2}key {9}\d+\n {2}secret {6}[\w-]{86}\n {2}token {7}[\w-]{86}$/m,
  )
  expect(stdout).toMatch(/^client \d+ \(payments\)$/m)
})

test.for([
  [['--revive', 'payments'], '--revive must be the number of a client or all, not payments'],
  [['--client-secrets', 'some'], '--client-secrets must be new or keep'],
  [['--registry', 'certbound-prod-grants'], 'the tables: ValidationException'],
] as const)(
  'restore refuses %j in one line, and changes nothing',
  async ([more, complaint], { provisioned }) => {
    const before = await provisioned.currentService()
    const { code, stderr } = await provisioned.run(['restore', '--yes', ...more])
    expect(code).toBe(1)
    expect(stderr).toContain(`restore: ${complaint}`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(await provisioned.currentService()).toEqual(before)
  },
)

test('restore refuses a registry without a service', async ({ provisioning }) => {
  await provisioning.deployTables()
  const { code, stderr } = await provisioning.run(['restore', '--yes'])
  expect([code, stderr]).toEqual([1, 'restore: the table certbound-prod-registry contains no service\n'])
})

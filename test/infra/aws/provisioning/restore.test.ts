import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { digest } from '../../../../shared/store/digest.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { openProvisioning, type Provisioning, SERVICE } from './provisioning.ts'

let deployment: Deployment
let provisioning: Provisioning
beforeAll(async () => {
  deployment = await openDeployment()
})
beforeEach(async () => {
  provisioning = await openProvisioning(deployment)
  await provisioning.deployTables()
  await provisioning.provision()
  return provisioning.close
})
afterAll(() => deployment.close())

const registry = () => provisioning.runtime.store.registry
const restore = (parameters: readonly string[], input = '') =>
  deployment.run('infra/aws/restore.ts', ['--endpoint', provisioning.engine.endpoint, ...parameters], {
    input,
  })

interface Restored {
  services: { apiKey: number; tokensNotBefore: number; credentials: { role: string; secret: string }[] }[]
  owner: { organizationAccessToken: string }
}

test('shows new secrets once, and the tables have their digests', async () => {
  const before = await registry().currentService(SERVICE)
  const { code, stdout, stderr } = await restore(['--yes', '--json'])
  expect([code, stderr.includes('all its tokens end')]).toEqual([0, true])
  const { services, owner } = JSON.parse(stdout) as Restored
  const after = await registry().currentService(SERVICE)
  expect(services.map(({ apiKey }) => apiKey)).toEqual([SERVICE])
  expect(after?.tokensNotBefore).toBe(services[0]?.tokensNotBefore)
  expect(after?.credentials.map((credential) => credential.digest)).toEqual(
    services[0]?.credentials.map(({ secret }) => digest(secret)),
  )
  expect(after?.credentials).not.toEqual(before?.credentials)
  expect((await registry().findOwner())?.organizationTokenDigest).toBe(digest(owner.organizationAccessToken))
})

test('asks, and changes nothing unless the answer is yes', async () => {
  const before = await registry().currentService(SERVICE)
  const { code, stdout, stderr } = await restore([], 'no\n')
  expect([code, stderr]).toEqual([1, 'restore: nothing was changed\n'])
  expect(stdout).toContain(`service ${String(SERVICE)}`)
  expect(await registry().currentService(SERVICE)).toEqual(before)
})

test('says in words what was done', async () => {
  const { stdout } = await restore([], 'yes\n')
  const after = await registry().currentService(SERVICE)
  const until = new Date((after?.tokensNotBefore ?? 0) * 1000).toISOString()
  expect(stdout).toContain(`service ${String(SERVICE)}: what was issued before ${until} has ended`)
  expect(stdout).toMatch(/^ {2}manage {6}[\w-]{86}$/m)
  expect(stdout).toMatch(/^client \d+ \(payments\)$/m)
})

test.each([
  [['--revive', 'payments'], '--revive wants the number of a client, or all: not payments'],
  [['--client-secrets', 'some'], '--client-secrets wants new or keep'],
  [['--registry', 'certbound-prod-grants'], 'the tables: ValidationException'],
])('%j is refused in one line, and nothing is changed', async (parameters, complaint) => {
  const before = await registry().currentService(SERVICE)
  const { code, stderr } = await restore(['--yes', ...parameters])
  expect(code).toBe(1)
  expect(stderr).toContain(`restore: ${complaint}`)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(await registry().currentService(SERVICE)).toEqual(before)
})

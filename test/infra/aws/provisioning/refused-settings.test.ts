import { expect } from 'vitest'
import { SERVICE, test } from './provisioning.ts'

test.for<[string, string, RegExp]>([
  [
    '"serviceName"',
    '"pkceRequird": true, "serviceName"',
    /^service: pkceRequird is not a setting \(docs\/settings.md/,
  ],
  ['"serviceName"', '"accessTokenPersistent": true, "serviceName"', /^service: .*accessTokenPersistent/],
  ['"name": "accounts:read"', '"name": "accounts read"', /^service: .*scope/i],
  [
    '"tlsClientAuthSubjectDn": "CN=',
    '"tlsClientAuthSubjectDn": "nonsense',
    /^client payments: .*tlsClientAuthSubjectDn/,
  ],
  ['"grantTypes": ["CLIENT_CREDENTIALS"]', '"grantTypes": ["PASSWORD"]', /^client payments: .*grantTypes/],
  ['"clientType"', '"clientTipe"', /^client payments: clientTipe is not a setting \(docs\/settings.md/],
])(
  'provision refuses %s as %s in one line, and makes no client',
  async ([from, to, line], { provisioning }) => {
    provisioning.configure(from, to)
    await provisioning.deployTables()
    const { code, stderr } = await provisioning.provision()
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr.trim().replace('provision: ', '')).toMatch(line)
    expect(await provisioning.registry.listClients(SERVICE)).toEqual([])
  },
)

test.for(['deploy', 'provision', 'restore'])(
  '%s names an endpoint where no DynamoDB answers',
  async (name, { deployment }) => {
    const { code, stderr } = await deployment.run([name, '--endpoint', 'http://127.0.0.1:1'])
    expect([code, stderr]).toEqual([1, `${name}: no DynamoDB answers at http://127.0.0.1:1\n`])
  },
)

test('provision writes nothing when the answer is no', async ({ provisioning }) => {
  await provisioning.deployTables()
  const { code, stderr } = await provisioning.run(['provision'], { answer: 'no' })
  expect([code, stderr]).toEqual([1, 'provision: nothing was changed\n'])
  expect(await provisioning.registry.listServices()).toEqual([])
})

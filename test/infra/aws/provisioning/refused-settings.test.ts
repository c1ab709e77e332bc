import { expect } from 'vitest'
import { SERVICE, test } from './provisioning.ts'

const WRONG = ['"tlsClientAuthSubjectDn": "CN=', '"tlsClientAuthSubjectDn": "nonsense'] as const
const COMPLAINT =
  /client payments: The value of 'tlsClientAuthSubjectDn' .+\n\S*:\s+-> tlsClientAuthSubjectDn must/

test('provision writes nothing if a client is wrong, and prints no secret', async ({ provisioning }) => {
  await provisioning.deployTables()
  provisioning.configure(...WRONG)
  const { code, stdout, stderr } = await provisioning.provision()
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(COMPLAINT)
  expect(stderr).toMatch(/^provision: certbound\.jsonc, line \d+: /)
  expect(await provisioning.tables()).toEqual([])
})

test('a client that is valid in the file but not for the existing service is refused before anything is written', async ({
  provisioning,
}) => {
  const { registry } = provisioning
  await provisioning.deployTables()
  await provisioning.provision()
  await registry.changeService(SERVICE, (service) => ({ ...service, fapi2: true, refreshTokenKept: true }))
  const before = await provisioning.tables()
  provisioning.configure(
    '"clients": [',
    `"clients": [
    { "clientIdAlias": "right", "clientType": "CONFIDENTIAL", "tokenAuthMethod": "TLS_CLIENT_AUTH", "tlsClientAuthSubjectDn": "CN=x" },
    { "clientIdAlias": "wrong" },`,
  )
  const { code, stderr } = await provisioning.provision()
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^provision: client wrong: The FAPI 2\.0 profile .+\nprovision: {3}-> the profile allows clientType: `CONFIDENTIAL`/,
  )
  expect(await provisioning.tables()).toEqual(before)
})

test.for(['package', 'deploy'])('%s reports a wrong client and stops', async (name, { deployment }) => {
  deployment.configure(...WRONG)
  const { code, stderr } = await deployment.run([name])
  deployment.configure()
  expect(code).toBe(1)
  expect(stderr).toMatch(COMPLAINT)
})

test.for(['deploy', 'provision', 'restore'])(
  '%s reports an endpoint without a DynamoDB',
  async (name, { deployment }) => {
    const { code, stderr } = await deployment.run([name, '--endpoint', 'http://127.0.0.1:1'])
    expect([code, stderr]).toEqual([1, `${name}: no DynamoDB answers at http://127.0.0.1:1\n`])
  },
)

test('provision writes nothing if the answer is no', async ({ provisioning }) => {
  await provisioning.deployTables()
  const { code, stderr } = await provisioning.run(['provision'], { answer: 'no' })
  expect([code, stderr]).toEqual([1, 'provision: nothing was changed\n'])
  expect(await provisioning.registry.listServices()).toEqual([])
})

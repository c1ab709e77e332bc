import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { openProvisioning, type Provisioning, SERVICE } from './provisioning.ts'

let deployment: Deployment
let provisioning: Provisioning
beforeAll(async () => {
  deployment = await openDeployment()
})
beforeEach(async () => {
  provisioning = await openProvisioning(deployment)
  deployment.configure()
  return provisioning.close
})
afterAll(() => deployment.close())

describe('what is wrong is named in one line, and nothing is written of it', () => {
  test.each([
    [
      '"serviceName"',
      '"pkceRequird": true, "serviceName"',
      'service: pkceRequird is no setting (docs/settings.md has them)',
    ],
    ['"serviceName"', '"accessTokenPersistent": true, "serviceName"', /^service: .*accessTokenPersistent/],
    ['"name": "accounts:read"', '"name": "accounts read"', /^service: .*scope/i],
    [
      '"tlsClientAuthSubjectDn": "CN=',
      '"tlsClientAuthSubjectDn": "nonsense',
      /^client payments: .*tlsClientAuthSubjectDn/,
    ],
    ['"grantTypes": ["CLIENT_CREDENTIALS"]', '"grantTypes": ["PASSWORD"]', /^client payments: .*grantTypes/],
    ['"clientType"', '"clientTipe"', 'client payments: clientTipe is no setting (docs/settings.md has them)'],
  ])('%s: %s', async (from, to, told) => {
    deployment.configure(from, to)
    await provisioning.deployTables()
    const { code, stderr } = await provisioning.provision()
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    const line = stderr.trim().replace('provision: ', '')
    expect(line).toEqual(typeof told === 'string' ? told : expect.stringMatching(told))
    expect(await provisioning.runtime.store.registry.listClients(SERVICE)).toEqual([])
  })

  test('an engine that is not there', async () => {
    const { code, stderr } = await deployment.run('infra/aws/provision.ts', [
      '--endpoint',
      'http://127.0.0.1:1',
    ])
    expect([code, stderr]).toEqual([1, 'provision: no DynamoDB answers at http://127.0.0.1:1\n'])
  })

  test('an answer that is no', async () => {
    await provisioning.deployTables()
    const { code, stderr } = await provisioning.provisionAsked('no\n')
    expect([code, stderr]).toEqual([1, 'provision: nothing was changed\n'])
    expect(await provisioning.runtime.store.registry.listServices()).toEqual([])
  })
}, 60_000)

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openClients } from '../../../../infra/aws/deployment/clients.ts'
import { deployedDeployment } from '../../../../infra/aws/doctor/deployed.ts'
import { startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { createTables } from '../../../../infra/tables/tables.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { exampleSettings } from '../packaged-template.ts'

let deployment: Deployment
beforeAll(async () => {
  deployment = await openDeployment()
})
afterAll(() => deployment.close())

test('there is nothing to look at without settings, and before the first deployment', async () => {
  const absent = await deployment.run('infra/aws/doctor.ts', ['--settings', 'absent.jsonc'])
  expect([absent.code, absent.stderr]).toEqual([
    2,
    expect.stringMatching(/^doctor: absent.jsonc is not there/),
  ])
  const before = await deployment.run('infra/aws/doctor.ts')
  expect([before.code, before.stderr]).toEqual([
    2,
    'doctor: the stack certbound-prod is not there, or not complete: npm run deploy comes first\n',
  ])
})

test('a deployment is its domains, its registry, and the trust store that was uploaded', async () => {
  expect((await deployment.run('infra/aws/deploy.ts', ['--yes'])).code).toBe(0)
  const outputs = deployment.aws.account.stacks.get('certbound-prod')?.outputs ?? {}
  const tables = [outputs['RegistryTableName'] ?? '', outputs['GrantsTableName'] ?? ''] as const
  const engine = await startEmbeddedEngine({})
  onTestFinished(engine.close)
  await createTables(engine.endpoint, ...tables)
  const environment = { ...deployment.aws.environment, AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())

  const clients = openClients('eu-central-1')
  onTestFinished(clients.close)
  const [certificate, key] = ['client.pem', 'client.key.pem'].map((name) => join(deployment.folder, name))
  writeFileSync(certificate ?? '', certificatePem('client-ec-p256'))
  writeFileSync(key ?? '', 'key')
  const settings = await exampleSettings()
  const { inspected, account } = await deployedDeployment(settings, clients, {
    certificate,
    key,
    'client-id': '5',
  })
  expect(inspected).toMatchObject({
    mtlsUrl: 'https://mtls.auth.example.com',
    plainUrl: 'https://auth.example.com',
    visitor: { cert: certificatePem('client-ec-p256'), key: 'key', clientId: '5' },
    service: undefined,
    clients: [],
  })
  expect(inspected.truststore.map(String)).toEqual(['ca-root', 'ca-issuing'].map(certificatePem))
  expect(account.tables).toEqual(tables)
  await expect(deployedDeployment(settings, clients, { certificate })).rejects.toThrow(
    '--certificate and --key go together',
  )
}, 120_000)

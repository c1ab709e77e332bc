import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serviceNumber } from '../../../../infra/aws/settings/settings.ts'
import { holder } from '../../../support/announcements.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { exampleSettings } from '../packaged-template.ts'
import { truststoreAccount } from './truststore-account.ts'

const { deployment, tablesOf, provision } = await truststoreAccount()

test('--renew brings a new self-signed certificate to the client and into the trust store, beside the present ones', async () => {
  const runtime = tablesOf()
  const { registry, clients } = runtime.store
  const number = serviceNumber(await exampleSettings())
  await registry.putService({ apiKey: number, issuer: 'https://auth.example.com', credentials: [] })
  await clients.create(number, { clientId: 79 }, runtime.now())
  const own = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
  const jwks = { keys: [jwkOf('self-signed-ec')] }
  await clients.create(number, { clientId: 77, ...own, jwks }, runtime.now())
  const { cert } = await holder('renewed', 'itself')
  writeFileSync(join(deployment.folder, 'new.pem'), cert)
  const file = join(deployment.folder, 'new.pem')
  const renewed = await provision('--renew', '77', file)
  expect(renewed.code, renewed.stderr).toBe(0)
  expect(renewed.stderr).toContain('trust store: replaced')
  expect(renewed.stderr).toMatch(/:\n {2}\+ CN=renewed,/)
  expect(renewed.stderr).toContain('add "new.pem" to clientCertificates in certbound.jsonc')
  const stored = await registry.findCurrentClient(number, '77')
  expect(stored?.jwks?.keys.map(({ x5c }) => (x5c as string[])[0])).toEqual(
    [certificatePem('self-signed-ec'), cert].map((pem) => new X509Certificate(pem).raw.toString('base64')),
  )
  const again = await provision('--renew', '77', file)
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('is registered already')])
  expect(again.stderr).toContain('trust store: no change')
  for (const [argv, wrong] of [
    [['--renew', '78', file], 'has no client 78'],
    [['--renew', '79', file], 'only self-signed certificates are registered'],
    [['--renew', '77'], '--renew needs a client and one file'],
    [[file], 'belongs to no option'],
    [['--renew', '77', join(deployment.folder, 'clients-ca.pem')], 'must have exactly one certificate'],
  ] as const)
    expect((await provision(...argv)).stderr).toContain(wrong)
  deployment.trust('ca-root')
  expect((await provision('--renew', '77', join(deployment.folder, 'clients-ca.pem'))).stderr).toContain(
    'can issue certificates with the name of any other client',
  )
})

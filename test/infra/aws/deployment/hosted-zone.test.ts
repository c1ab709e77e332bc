import { expect } from 'vitest'
import { Failure } from '../../../support/fake-account.ts'
import { exampleSettings, ofType, packagedTemplate } from '../packaged-template.ts'
import { complaints, example } from '../settings/changed-example.ts'
import { MTLS, PLAIN, test } from './own-account.ts'

const ZONE = 'Z0123456789ABC'
const ARN = /"certificateArn": "arn:[^"]+",\n/g

/** The domains of the example, in a hosted zone and without certificates. */
async function inZone() {
  const { mtlsDomain, plainDomain } = await exampleSettings()
  const of = ({ name }: { readonly name: string }) => ({ name, hostedZoneId: ZONE })
  return packagedTemplate({ mtlsDomain: of(mtlsDomain), plainDomain: of(plainDomain) })
}

test('with a hosted zone the stack makes a certificate that ACM validates there, and records for IPv4 and IPv6', async () => {
  const { template } = await inZone()
  const certificates = ofType<Record<string, unknown>>(template, 'CertificateManager::Certificate')
  expect(Object.fromEntries(certificates)).toEqual(
    Object.fromEntries(
      [
        ['MtlsDomain', 'mtls.auth.example.com'],
        ['PlainDomain', 'auth.example.com'],
      ].map(([id, DomainName]) => [
        `${id ?? ''}Certificate`,
        {
          DomainName,
          ValidationMethod: 'DNS',
          DomainValidationOptions: [{ DomainName, HostedZoneId: ZONE }],
        },
      ]),
    ),
  )
  for (const id of ['MtlsDomain', 'PlainDomain'])
    expect(template.Resources[id]?.Properties).toMatchObject({
      DomainNameConfigurations: [{ CertificateArn: { Ref: `${id}Certificate` } }],
    })
  const records = ofType<Record<string, unknown>>(template, 'Route53::RecordSet').map(
    ([, properties]) => properties,
  )
  const alias = (id: string) => ({
    DNSName: { 'Fn::GetAtt': [id, 'RegionalDomainName'] },
    HostedZoneId: { 'Fn::GetAtt': [id, 'RegionalHostedZoneId'] },
  })
  expect(records).toEqual(
    [
      ['MtlsDomain', 'mtls.auth.example.com'],
      ['PlainDomain', 'auth.example.com'],
    ].flatMap(([id = '', Name]) =>
      ['A', 'AAAA'].map((Type) => ({ HostedZoneId: ZONE, Name, Type, AliasTarget: alias(id) })),
    ),
  )
  const watched = ofType<{ Dimensions?: { Value: unknown }[] }>(template, 'CloudWatch::Alarm').flatMap(
    ([, { Dimensions = [] }]) => Dimensions.map(({ Value }) => Value),
  )
  expect(watched).toEqual(
    expect.arrayContaining([{ Ref: 'MtlsDomainCertificate' }, { Ref: 'PlainDomainCertificate' }]),
  )
}, 120_000)

test('a certificate of the settings stays in use in a hosted zone, which then gets only the records', async () => {
  const { plainDomain } = await exampleSettings()
  const { template } = await packagedTemplate({ plainDomain: { ...plainDomain, hostedZoneId: ZONE } })
  expect(ofType(template, 'CertificateManager::Certificate')).toEqual([])
  expect(ofType(template, 'Route53::RecordSet')).toHaveLength(2)
  expect(template.Resources['PlainDomain']?.Properties).toMatchObject({
    DomainNameConfigurations: [{ CertificateArn: plainDomain.certificateArn }],
  })
}, 120_000)

test('a domain needs a certificate or a hosted zone', async () => {
  const [first = ''] = example().match(ARN) ?? []
  const [line] = await complaints(example([first, '']))
  expect(line).toMatch(
    /mtlsDomain must have a certificateArn, or a hostedZoneId with which the deployment makes a certificate/,
  )
  expect(await complaints(example([first, '"hostedZoneId": "example.com",']))).toEqual([
    expect.stringContaining('must be the ID of a hosted zone in Route 53') as string,
  ])
})

test('deploy asks for no DNS records that it has made', async ({ operator }) => {
  operator.configure('// "hostedZoneId": "Z0123456789ABC",', `"hostedZoneId": "${ZONE}",`)
  const { code, stdout, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
  expect(stdout).not.toContain(`${MTLS} CNAME`)
  expect(stdout).toContain(`  ${PLAIN} CNAME`)
})

test('deploy refuses to reserve more executions than the account can, counts those that the deployment has, and goes on when it cannot ask', async ({
  operator,
}) => {
  const reserve = (count: number) =>
    operator.configure('// "concurrency": {}', `"concurrency": { "token": ${count} }`)
  reserve(901)
  expect(await operator.refusal()).toEqual([
    'deploy: concurrency reserves 901 executions, and the account can reserve 900, because 100 must stay unreserved: reserve fewer, or request more in Service Quotas (Lambda, Concurrent executions)',
  ])
  expect(operator.changes()).toEqual([])
  reserve(900)
  expect((await operator.deploy()).code).toBe(0)
  operator.account.concurrency = 100
  expect((await operator.deploy()).code, 'they are its own').toBe(0)
  reserve(901)
  expect(await operator.refusal()).toHaveLength(1)
  operator.aws.refused.set('GetAccountSettings', new Failure(403, 'AccessDenied', 'no'))
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  expect(stdout).toContain('reading the quotas of Lambda: ')
})

import { expect, test } from 'vitest'
import type {
  DomainName,
  MtlsDomainName,
  FunctionRole,
  Statement,
} from '../../../infra/aws/template/cloudformation.ts'
import { attribute, ref } from '../../../infra/aws/template/cloudformation.ts'
import type { Rights } from '../../../infra/aws/template/rights.ts'

/** Every line after a `ts-expect-error` breaks a rule of the template. `npm run types` fails if one of them compiles. */
test('the types of the template refuse what must not be deployed', () => {
  const configuration = {
    EndpointType: 'REGIONAL',
    IpAddressType: 'dualstack',
    SecurityPolicy: 'TLS_1_2',
  } as const
  type Domain = DomainName['Properties']['DomainNameConfigurations'][0]
  type Trust = MtlsDomainName['Properties']['MutualTlsAuthentication']
  const arn = attribute('GrantsTable', 'Arn')
  const planted: unknown[] = [
    // @ts-expect-error -- an old TLS
    { ...configuration, CertificateArn: '', SecurityPolicy: 'TLS_1_0' } satisfies Domain,
    // @ts-expect-error -- an edge endpoint
    { ...configuration, CertificateArn: '', EndpointType: 'EDGE' } satisfies Domain,
    // @ts-expect-error -- IPv4 only
    { ...configuration, CertificateArn: '', IpAddressType: 'ipv4' } satisfies Domain,
    // @ts-expect-error -- a trust store without a version
    { TruststoreUri: 's3://bucket/key' } satisfies Trust,
    // @ts-expect-error -- no trust store
    { TruststoreUri: '', TruststoreVersion: '1' } satisfies Trust,
    // @ts-expect-error -- a resource that does not exist
    ref('OtherDomain'),
    // @ts-expect-error -- every call
    { Effect: 'Allow', Action: ['dynamodb:*'], Resource: arn } satisfies Statement,
    // @ts-expect-error -- every table
    { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: '*' } satisfies Statement,
    // @ts-expect-error -- a call that does not exist
    { calls: ['readEverything'] } satisfies Rights,
    // @ts-expect-error -- a managed policy
    { ManagedPolicyArns: [] } satisfies Partial<FunctionRole['Properties']>,
  ]
  expect(planted).toHaveLength(10)
})

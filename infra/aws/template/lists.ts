import type { DeploymentSettings } from '../settings/settings.ts'
import { isFolder } from '../settings/crl-settings.ts'
import { attribute, ref, type S3Arn, type Statement } from './cloudformation.ts'
import { aliasId } from './logical-ids.ts'

/** The function that reads certificate lists. */
const LISTS = 'certificate-lists'

type Settings = Pick<DeploymentSettings, 'crl'>

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
export const alarmId = (source: string) => `${capitalized(source)}ListAlarm` as const

/** The rules that invoke the function for each source and for the notices of each day, and the permissions to do so. */
export function listRules({ crl }: Settings): Readonly<Record<string, object>> {
  const sources = (crl?.sources ?? []).map(({ name }) =>
    rule(`${capitalized(name)}List`, `Reads the certificate lists of ${name}`, 'rate(10 minutes)', {
      source: name,
    }),
  )
  // A fixed hour, so that each day has one run.
  const notices = rule(
    'CertificateNotices',
    'Logs the certificates of clients that end',
    'cron(0 6 * * ? *)',
    {
      notices: true,
    },
  )
  return Object.assign({}, ...sources, notices) as Readonly<Record<string, object>>
}

function rule(
  id: `${string}${'List' | 'Notices'}`,
  Description: string,
  ScheduleExpression: string,
  input: object,
) {
  return {
    [`${id}Rule`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ...{ Description, ScheduleExpression },
        Targets: [{ Id: LISTS, Arn: ref(aliasId(LISTS)), Input: JSON.stringify(input) }],
      },
    },
    [`${id}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        ...{ FunctionName: ref(aliasId(LISTS)), Action: 'lambda:InvokeFunction' },
        ...{ Principal: 'events.amazonaws.com', SourceArn: attribute(`${id}Rule`, 'Arn') },
      },
    },
  }
}

/** The members of the function in the form that osls requires. A million entries take 400 MB and up to 100 seconds. */
export function listFunction({ crl }: Settings) {
  const { subnetIds, securityGroupIds } = crl?.vpc ?? {}
  const vpc = subnetIds === undefined ? {} : { vpc: { subnetIds, securityGroupIds } }
  return { memorySize: 512, timeout: 120, ...vpc }
}

/** The rights of the function besides those for the tables: the lists at S3, and the network interfaces of a VPC. */
export function listStatements(name: string, { crl }: Settings): readonly Statement[] {
  if (name !== LISTS || crl === undefined) return []
  const addresses = crl.sources.map(({ address }) => address).filter((address) => address.startsWith('s3:'))
  return [
    ...addresses.flatMap(s3Statements),
    ...(crl.vpc === undefined ? [] : [{ Effect: 'Allow', Action: INTERFACES, Resource: '*' } as const]),
  ]
}

function s3Statements(address: string): Statement[] {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(address) ?? []
  const arn = (resource: string): S3Arn => ({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${resource}` })
  const read = { Effect: 'Allow', Action: ['s3:GetObject'], Resource: arn(`${bucket}/${key}*`) } as const
  if (!isFolder(address)) return [{ ...read, Resource: arn(`${bucket}/${key}`) }]
  const Condition = { StringLike: { 's3:prefix': `${key}*` } }
  return [read, { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: arn(bucket), Condition }]
}

/** AWS allows to name no resource for these (configuration-vpc.html in Lambda's developer guide). */
const INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
] as const

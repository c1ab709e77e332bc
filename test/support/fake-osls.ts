import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Osls } from '../../infra/aws/deployment/osls.ts'
import type * as Commands from '../../infra/command.ts'
import type { Deployment } from './deployment.ts'
import { Failure } from './fake-account.ts'
import { cloudFormation } from './fake-cloudformation.ts'

const STACK = 'certbound-prod'
const BUCKET = { Type: 'AWS::S3::Bucket' }

interface Parameters {
  readonly mtlsDomain: string
  readonly plainDomain: string
  readonly truststoreBucket: string
  readonly truststoreKey: string
  readonly truststoreVersion: string
}

/** One run of osls: its parameters and its environment. */
export interface OslsRun {
  readonly parameters: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Does with the account what osls does: makes the stack with its bucket first, then updates it, and ends at the first
 * failure, before the rollback is over. Its template has only what a deployment reads.
 */
export async function fakeOsls({ folder, aws }: Deployment) {
  const { Complaint } = (await import(join(folder, 'infra/command.ts'))) as typeof Commands
  const runs: OslsRun[] = []
  const put = (template: object) => {
    const action = aws.account.stacks.has(STACK) ? 'UpdateStack' : 'CreateStack'
    const form = { StackName: STACK, TemplateBody: JSON.stringify(template) }
    try {
      cloudFormation(action, new URLSearchParams(form), aws.account)
    } catch (error) {
      if (!(error instanceof Failure && error.message === 'No updates are to be performed.')) throw error
    }
    return aws.account.stacks.get(STACK)
  }
  const osls: Osls = (parameters, env) => {
    runs.push({ parameters, env })
    mkdirSync(join(folder, '.serverless'), { recursive: true })
    if (parameters[0] !== 'deploy') return Promise.resolve()
    if (aws.account.broken.has('osls')) return Promise.reject(new Complaint('osls deploy failed'))
    if (!aws.account.stacks.has(STACK)) put({ Resources: { DeploymentBucket: BUCKET } })
    const file = readFileSync(join(folder, 'dist/parameters.json'), 'utf8')
    const stack = put(templateOf(JSON.parse(file) as Parameters))
    if (stack?.status.includes('ROLLBACK') !== true) return Promise.resolve()
    stack.passing = ['UPDATE_ROLLBACK_IN_PROGRESS']
    const failed = stack.events.find(({ status }) => status.endsWith('_FAILED'))
    return Promise.reject(new Complaint(`osls deploy failed\n${failed?.resource ?? ''}`))
  }
  return { osls, runs }
}

function templateOf(parameters: Parameters): object {
  const { truststoreBucket, truststoreKey, truststoreVersion } = parameters
  const trust = {
    TruststoreUri: `s3://${truststoreBucket}/${truststoreKey}`,
    TruststoreVersion: truststoreVersion,
  }
  const table = { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain' }
  const domain = (DomainName: string, more = {}) => {
    return { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName, ...more } }
  }
  const target = (id: string) => ({ Value: { 'Fn::GetAtt': [id, 'RegionalDomainName'] } })
  return {
    Resources: {
      DeploymentBucket: BUCKET,
      MtlsDomain: domain(parameters.mtlsDomain, { MutualTlsAuthentication: trust }),
      PlainDomain: domain(parameters.plainDomain),
      RegistryTable: table,
      GrantsTable: table,
    },
    Outputs: {
      MtlsDomainName: { Value: { Ref: 'MtlsDomain' } },
      PlainDomainName: { Value: { Ref: 'PlainDomain' } },
      MtlsDomainTarget: target('MtlsDomain'),
      PlainDomainTarget: target('PlainDomain'),
      RegistryTableName: { Value: { Ref: 'RegistryTable' } },
      GrantsTableName: { Value: { Ref: 'GrantsTable' } },
    },
  }
}

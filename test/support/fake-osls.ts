import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Osls } from '../../infra/aws/deployment/osls.ts'
import type * as Commands from '../../infra/command.ts'
import type { Deployment } from './deployment.ts'
import { Failure } from './fake-account.ts'
import { cloudFormation } from './fake-cloudformation.ts'

const STACK = 'certbound-prod'
const BUCKET = { Type: 'AWS::S3::Bucket' }

/** The resources of serverless.yml. */
interface TemplateParts {
  readonly resources: { readonly Resources: object; readonly Outputs: object }
}

/** One run of osls: its parameters and its environment. */
export interface OslsRun {
  readonly parameters: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Does with the account what osls does: makes the stack with its bucket first, then updates it, and ends at the first
 * failure, before the rollback is over. Its template has no functions.
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
    const file = readFileSync(join(folder, 'dist/template.json'), 'utf8')
    const { Resources, Outputs } = (JSON.parse(file) as TemplateParts).resources
    const stack = put({ Resources: { DeploymentBucket: BUCKET, ...Resources }, Outputs })
    if (stack?.status.includes('ROLLBACK') !== true) return Promise.resolve()
    stack.passing = ['UPDATE_ROLLBACK_IN_PROGRESS']
    const failed = stack.events.find(({ status }) => status.endsWith('_FAILED'))
    return Promise.reject(new Complaint(`osls deploy failed\n${failed?.resource ?? ''}`))
  }
  return { osls, runs }
}

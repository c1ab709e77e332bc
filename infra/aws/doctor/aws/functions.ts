import { GetPolicyCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda'
import { functionNames } from '../../../package/build.ts'
import { type Check, fail, type Finding, orElse } from '../finding.ts'
import type { Account } from './account.ts'

interface Statement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Who may invoke a function can say in the event whose certificate there was: that is for API Gateway alone. */
export const invokers = ({ clients: { lambda }, settings }: Account): Check => ({
  name: 'who may invoke',
  ask: async () => {
    const findings: Finding[] = []
    for (const name of functionNames()) {
      const FunctionName = `certbound-${settings.stage}-${name}`
      try {
        const { Policy = '{}' } = await lambda.send(new GetPolicyCommand({ FunctionName }))
        const { Statement = [] } = JSON.parse(Policy) as { Statement?: readonly Statement[] }
        findings.push(
          ...Statement.filter((statement) => !isGateway(statement)).map((statement) =>
            others(FunctionName, statement),
          ),
        )
      } catch (error) {
        // No policy at all: nobody but the account's own people may invoke it.
        if (!(error instanceof ResourceNotFoundException)) throw error
      }
    }
    return orElse(findings, 'API Gateway alone may invoke the functions, and the people whom IAM allows it')
  },
})

function isGateway({ Effect, Principal, Condition = {} }: Statement): boolean {
  if (Effect !== 'Allow') return true
  const service = (Principal as { readonly Service?: unknown } | null)?.Service
  const source = Object.values(Condition)
    .flatMap((members) => Object.entries(members))
    .find(([key]) => key.toLowerCase() === 'aws:sourcearn')?.[1]
  return service === 'apigateway.amazonaws.com' && typeof source === 'string' && source.startsWith('arn:')
}

function others(name: string, { Principal }: Statement): Finding {
  return fail(
    `${JSON.stringify(Principal)} may invoke ${name}, and so be any client`,
    'take this statement from the resource policy of the function: aws lambda remove-permission',
  )
}

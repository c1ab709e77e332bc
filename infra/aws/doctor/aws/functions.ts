import { GetPolicyCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda'
import { functionNames } from '../../../package/build.ts'
import { type Account, type Check, fail, type Finding, orElse } from '../check.ts'

interface Statement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** An event names the client certificate, so whoever invokes a function can claim any certificate. Only API Gateway may. */
export const invokers = (account: Account): Check => ({
  name: 'who may invoke',
  ask: async () => {
    const problems: Finding[] = []
    for (const name of functionNames()) {
      const FunctionName = `certbound-${account.settings.stage}-${name}`
      const others = (await statementsOf(FunctionName, account)).filter((statement) => !isGateway(statement))
      for (const { Principal } of others) {
        problems.push(
          fail(
            `${JSON.stringify(Principal)} may invoke ${FunctionName}, and so act as any client`,
            'remove this statement from the resource policy of the function: aws lambda remove-permission',
          ),
        )
      }
    }
    return orElse(problems, 'only API Gateway, and whom IAM allows it, may invoke the functions')
  },
})

async function statementsOf(FunctionName: string, { aws }: Account): Promise<readonly Statement[]> {
  try {
    const { Policy = '{}' } = await aws.lambda.send(new GetPolicyCommand({ FunctionName }))
    return (JSON.parse(Policy) as { Statement?: readonly Statement[] }).Statement ?? []
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return []
    throw error
  }
}

function isGateway({ Effect, Principal, Condition = {} }: Statement): boolean {
  if (Effect !== 'Allow') return true
  const service = (Principal as { readonly Service?: unknown } | null)?.Service
  const source = Object.values(Condition)
    .flatMap((members) => Object.entries(members))
    .find(([key]) => key.toLowerCase() === 'aws:sourcearn')?.[1]
  return service === 'apigateway.amazonaws.com' && typeof source === 'string' && source.startsWith('arn:')
}

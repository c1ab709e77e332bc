import {
  GetPolicyCommand,
  paginateListAliases,
  paginateListFunctionUrlConfigs,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda'
import { isDeepStrictEqual } from 'node:util'
import { functionNames } from '../../package/build.ts'
import { type Aws, isAnswer } from '../deployment/aws.ts'
import { ALIAS } from '../template/releases.ts'
import { type Account, type Check, fail, type Finding, orElse, warn } from './check.ts'

/** An event contains the client certificate, so anyone who can invoke a function can claim any certificate. */
export const invokers: Check<Account> = {
  name: 'invoke permissions',
  ask: async (account) => {
    const problems: Finding[] = []
    for (const name of functionNames()) problems.push(...(await problemsOf(name, account)))
    return orElse(
      problems,
      'only API Gateway, the rules of the stack and principals that IAM allows can invoke the functions',
    )
  },
}

async function problemsOf(name: string, account: Account): Promise<Finding[]> {
  const FunctionName = `certbound-${account.settings.stage}-${name}`
  const targets = await targetsOf(FunctionName, account.aws)
  if (targets === undefined) return [fail(`${FunctionName} does not exist`, 'npm run deploy')]
  const problems = (await urlsOf(FunctionName, account.aws)).map((url) =>
    fail(
      `${FunctionName} has the URL ${url}, which bypasses API Gateway`,
      'delete it: aws lambda delete-function-url-config',
    ),
  )
  const sources = sourcesOf(name, account)
  const allowed = new Map<string, readonly Statement[]>()
  for (const { label, Qualifier } of targets) {
    const statements = await statementsOf({ FunctionName, Qualifier }, account.aws)
    allowed.set(label, statements)
    const others = statements.filter((each) => !sources.some((source) => isFrom(source, each)))
    problems.push(...others.map((each) => stranger(each, label)))
  }
  const invoked = allowed.has(`${FunctionName}:${ALIAS}`) ? `${FunctionName}:${ALIAS}` : FunctionName
  return [...problems, ...missingPermissions(name, sources, invoked, allowed.get(invoked) ?? [])]
}

interface Target {
  /** The name for messages, for example `certbound-prod-token:live`. */
  readonly label: string
  /** The version or alias; `undefined` for the function itself. */
  readonly Qualifier: string | undefined
}

/**
 * Lists everything that can have a resource policy: the function, its versions and its aliases.
 *
 * @returns `undefined` if the function does not exist
 */
async function targetsOf(
  FunctionName: string,
  { lambda: client }: Aws,
): Promise<readonly Target[] | undefined> {
  const qualifiers: string[] = []
  try {
    for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName }))
      qualifiers.push(...Versions.map(({ Version = '' }) => Version).filter((it) => it !== '$LATEST'))
  } catch (error) {
    if (isAnswer(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
  for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName }))
    qualifiers.push(...Aliases.map(({ Name = '' }) => Name))
  const others = qualifiers.map((Qualifier) => ({ label: `${FunctionName}:${Qualifier}`, Qualifier }))
  return [{ label: FunctionName, Qualifier: undefined }, ...others]
}

async function urlsOf(FunctionName: string, { lambda: client }: Aws): Promise<readonly string[]> {
  const urls: string[] = []
  for await (const { FunctionUrlConfigs = [] } of paginateListFunctionUrlConfigs(
    { client },
    { FunctionName },
  ))
    urls.push(...FunctionUrlConfigs.map(({ FunctionUrl = '' }) => FunctionUrl))
  return urls
}

interface Statement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** The statements of a resource policy that allow something. */
async function statementsOf(
  target: { readonly FunctionName: string; readonly Qualifier: string | undefined },
  { lambda }: Aws,
): Promise<readonly Statement[]> {
  try {
    const { Policy = '{}' } = await lambda.send(new GetPolicyCommand(target))
    const { Statement = [] } = JSON.parse(Policy) as { Statement?: readonly Statement[] }
    return Statement.filter(({ Effect }) => Effect !== 'Deny')
  } catch (error) {
    if (isAnswer(error, 'ResourceNotFoundException')) return []
    throw error
  }
}

interface Source {
  readonly service: 'apigateway.amazonaws.com' | 'events.amazonaws.com'
  /** The prefix of its ARNs. */
  readonly arn: string
}

/**
 * The sources that may call a function: our API, for the authorizer those of the resource servers, and for the function that reads
 * certificate lists the rules of the stack.
 */
function sourcesOf(name: string, { stack, settings }: Account): readonly Source[] {
  const [, partition, , region, account] = stack.id.split(':')
  const { stage, resourceServers } = settings
  const prefix = (service: string, rest: string) =>
    ['arn', partition, service, region, account, rest].join(':')
  if (name === 'certificate-lists') {
    const rules = prefix('events', `rule/certbound-${stage}-`)
    return [{ service: 'events.amazonaws.com', arn: rules }]
  }
  const own = stack.outputs.get('HttpApiId') ?? ''
  const apis = name === 'authorizer' ? resourceServers.map(({ apiId }) => apiId) : [own]
  return apis
    .filter((api) => api !== '')
    .map((api) => ({ service: 'apigateway.amazonaws.com', arn: prefix('execute-api', `${api}/`) }))
}

const OPERATORS: readonly string[] = ['ArnLike', 'ArnEquals', 'StringLike', 'StringEquals']

/** Whether a statement allows only the events of one source. A statement without a condition, or with another operator, allows more. */
function isFrom({ service, arn }: Source, { Principal, Condition = {} }: Statement): boolean {
  if (!isDeepStrictEqual(Principal, { Service: service })) return false
  const [[operator, members] = ['', {}], ...others] = Object.entries(Condition)
  const [[key, value] = ['', ''], ...more] = Object.entries(members)
  if (!OPERATORS.includes(operator) || others.length + more.length > 0) return false
  return key.toLowerCase() === 'aws:sourcearn' && typeof value === 'string' && value.startsWith(arn)
}

function stranger({ Principal, Condition }: Statement, label: string): Finding {
  const condition = Condition === undefined ? '' : ` under ${JSON.stringify(Condition)}`
  const principal = Principal === undefined ? 'an unknown principal' : JSON.stringify(Principal)
  return fail(
    `${principal} may invoke ${label}${condition} and so act as any client`,
    'remove this statement from the resource policy: aws lambda remove-permission',
  )
}

/** The sources that lack the permission to invoke a function. */
function missingPermissions(
  name: string,
  sources: readonly Source[],
  label: string,
  statements: readonly Statement[],
): Finding[] {
  const refused = sources.filter((source) => !statements.some((each) => isFrom(source, each)))
  if (name === 'authorizer') {
    const todo = 'give this permission to the API (docs/resource-servers.md)'
    return refused.map(({ arn }) => warn(`${arn}* may not invoke ${label}`, todo))
  }
  if (sources.length > 0 && refused.length === 0) return []
  const caller = name === 'certificate-lists' ? 'EventBridge' : 'API Gateway'
  return [fail(`${caller} may not invoke ${label}`, 'npm run deploy')]
}

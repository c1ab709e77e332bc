import { functionNames } from '../../../../infra/package/build.ts'
import { type StoreCall, type StoreUse, storeUses } from './store-calls.ts'
import {
  append,
  attribute,
  copy,
  difference,
  has,
  lambdas,
  nameOf,
  ofType,
  properties,
  type Rules,
  same,
  set,
  type Template,
  unless,
} from './template.ts'

interface Role {
  AssumeRolePolicyDocument: { Statement: unknown }
  Policies: { PolicyDocument: { Statement: Statement[] } }[]
  ManagedPolicyArns?: unknown
}
interface Statement {
  Effect: string
  Action: string[]
  Resource: unknown
  Condition?: unknown
}

const roles = (template: Template) => ofType<Role>(template, 'AWS::IAM::Role')
const statementsOf = ({ Policies }: Role) =>
  Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

const statements = (role: string) => `${role}.Properties.Policies.0.PolicyDocument.Statement`
const allowing = (Action: string, Resource: unknown): Statement => {
  return { Effect: 'Allow', Action: [Action], Resource }
}

/** Changes the statements of a role that have certain members; `undefined` removes them. */
const changeStatements =
  (role: string, which: object, change?: Partial<Statement>) => (template: Template) => {
    const [policy] = properties<Role>(template, role).Policies
    if (policy === undefined) throw new Error(`no policy of ${role}`)
    const { Statement } = policy.PolicyDocument
    policy.PolicyDocument.Statement = Statement.flatMap((statement) => {
      if (!has(statement, which)) return [statement]
      return change === undefined ? [] : [{ ...statement, ...change }]
    })
  }

const GRANTS = attribute('GrantsTable', 'Arn')
const REGISTRY = attribute('RegistryTable', 'Arn')
const keysOf = (partition: string) => ({ 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [partition] } })
const NOTHING_BACK = { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } }
const withheld = (partition: string): Statement => ({
  Effect: 'Deny',
  Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  Resource: REGISTRY,
  Condition: keysOf(partition),
})
const WITHHELD = withheld('keys#*')

/** A write of the registry could give back a signing key that it replaces. */
function withoutOldValues({ table, action }: StoreCall, statement: Statement): Statement {
  const isWrite = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'].includes(action)
  return table === 'RegistryTable' && isWrite ? { ...statement, Condition: NOTHING_BACK } : statement
}

/** One line for each action of a statement. */
function lines({ Effect, Action, Resource, Condition }: Statement): string[] {
  const condition = Condition === undefined ? '' : ` ${JSON.stringify(Condition)}`
  return Action.map((action) => `${Effect} ${action} ${JSON.stringify(Resource)}${condition}`)
}

let uses: ReadonlyMap<string, StoreUse> | undefined

/** The statements that the role of a function must have, from the calls in its code. */
function wanted(name: string, logGroup: string): string[] {
  uses ??= storeUses(functionNames())
  const use = uses.get(name)
  if (use === undefined) return [`no function ${name}`]
  const always = use.calls.filter(({ limit }) => limit === undefined)
  const limited = use.calls.filter(
    (call) =>
      call.limit !== undefined &&
      !always.some(({ table, action }) => same([table, action], [call.table, call.action])),
  )
  const allow = ({ table, action, index }: StoreUse['calls'][number]) =>
    allowing(action, index ? { 'Fn::Sub': `\${${table}.Arn}/index/listing` } : attribute(table, 'Arn'))
  return [
    allowing('logs:CreateLogStream', attribute(logGroup, 'Arn')),
    allowing('logs:PutLogEvents', attribute(logGroup, 'Arn')),
    ...always.map((call) => (use.readsSigningKeys ? allow(call) : withoutOldValues(call, allow(call)))),
    ...limited.map((call) => ({ ...allow(call), Condition: keysOf(call.limit ?? '') })),
    ...(use.readsSigningKeys ? [] : [WITHHELD]),
    ...(use.readsNonceKeys ? [] : [withheld('nonce#*')]),
  ].flatMap(lines)
}

/** Least privilege: exactly the calls in the code of a function. */
export const ROLE_RULES: Rules = {
  'each role allows exactly the calls that the code of its function makes': {
    complaints: (template) =>
      lambdas(template).flatMap(([id, { Properties }]) => {
        const role = roles(template).find(([roleId]) => same(Properties.Role, attribute(roleId, 'Arn')))
        if (role === undefined) return [`${id} has no role of this template`]
        const allowed = statementsOf(role[1].Properties).flatMap(lines)
        const needed = wanted(nameOf(Properties), id.replace('LambdaFunction', 'LogGroup'))
        return difference(allowed, needed).map((wrong) => `${role[0]} ${wrong}`)
      }),
    broken: {
      'a call too many': append(statements('IntrospectionRole'), allowing('dynamodb:DeleteItem', GRANTS)),
      'a call too few': changeStatements('RevocationRole', { Resource: GRANTS }),
      'signing keys that everyone reads': changeStatements('DiscoveryRole', { Effect: 'Deny' }),
      'signing keys that a function that signs cannot read': append(statements('TokenRole'), WITHHELD),
      'a right to write used assertions that allows every item': changeStatements(
        'TokenRole',
        { Condition: keysOf('jti#*') },
        { Condition: undefined },
      ),
      'a right to use up proofs that allows every item': changeStatements(
        'AuthorizationRole',
        { Condition: keysOf('dpop#*') },
        { Condition: undefined },
      ),
      'a key of nonces that a function without proofs reads': changeStatements('RevocationRole', {
        Condition: keysOf('nonce#*'),
      }),
      'signing keys that a write gives back': changeStatements(
        'ManagementRole',
        { Condition: NOTHING_BACK },
        { Condition: undefined },
      ),
      'the log of another': changeStatements(
        'TokenRole',
        { Resource: attribute('TokenLogGroup', 'Arn') },
        { Resource: attribute('ManagementLogGroup', 'Arn') },
      ),
    },
  },

  'no role allows every call, or a call on everything': {
    complaints: (template) =>
      roles(template).flatMap(([id, { Properties }]) =>
        statementsOf(Properties).flatMap(({ Action, Resource }) =>
          [...Action, JSON.stringify(Resource)]
            .filter((text) => /^"?\*"?$|:\*$/.test(text))
            .map((text) => `${id} ${text}`),
        ),
      ),
    broken: {
      'every call': append(statements('TokenRole'), allowing('dynamodb:*', GRANTS)),
      'every table': append(statements('TokenRole'), allowing('dynamodb:GetItem', '*')),
    },
  },

  'each function has one role, only for Lambda, without managed policies': {
    complaints: (template) => {
      const lambda = {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }
      return [
        ...unless(
          roles(template),
          ({ Properties: { AssumeRolePolicyDocument, ManagedPolicyArns } }) =>
            same(AssumeRolePolicyDocument.Statement, [lambda]) && ManagedPolicyArns === undefined,
        ),
        ...(roles(template).length === lambdas(template).length ? [] : ['a role without a function']),
      ]
    },
    broken: {
      'a role that everyone can assume': set('TokenRole.Properties.AssumeRolePolicyDocument.Statement', [
        { Effect: 'Allow', Principal: '*' },
      ]),
      'a managed policy': set('TokenRole.Properties.ManagedPolicyArns', [
        'arn:aws:iam::aws:policy/AdministratorAccess',
      ]),
      'a role without a function': copy('TokenRole', 'OtherRole'),
    },
  },
}

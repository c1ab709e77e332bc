import { functionNames } from '../../../../infra/package/build.ts'
import { type StoreUse, storeUses } from './store-calls.ts'
import {
  attribute,
  difference,
  lambdas,
  nameOf,
  ofType,
  properties,
  type Rules,
  same,
  type Template,
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

/** A statement of a role of the packaged template. */
function statements(template: Template, id: string): Statement[] {
  const [policy] = properties<Role>(template, id).Policies
  if (policy === undefined) throw new Error(`no policy of ${id}`)
  return policy.PolicyDocument.Statement
}

const keysOf = (partition: string) => ({ 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [partition] } })

/** One line for each action of a statement. */
function lines({ Effect, Action, Resource, Condition }: Statement): string[] {
  const condition = Condition === undefined ? '' : ` ${JSON.stringify(Condition)}`
  return Action.map((action) => `${Effect} ${action} ${JSON.stringify(Resource)}${condition}`)
}

let uses: ReadonlyMap<string, StoreUse> | undefined

/** What the role of a function must allow, from the calls in its code. */
function wanted(name: string, logGroup: string): string[] {
  uses ??= storeUses(functionNames())
  const use = uses.get(name)
  if (use === undefined) return [`no function ${name}`]
  const always = use.calls.filter(({ assertion }) => !assertion)
  const forAssertions = use.calls.filter(
    (call) =>
      call.assertion && !always.some(({ table, action }) => same([table, action], [call.table, call.action])),
  )
  const allow = ({ table, action, index }: StoreUse['calls'][number], Condition?: unknown): Statement => ({
    Effect: 'Allow',
    Action: [action],
    Resource: index ? { 'Fn::Sub': `\${${table}.Arn}/index/listing` } : attribute(table, 'Arn'),
    Condition,
  })
  const withheld: Statement = {
    Effect: 'Deny',
    Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    Resource: attribute('RegistryTable', 'Arn'),
    Condition: keysOf('keys#*'),
  }
  const logs: Statement = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: attribute(logGroup, 'Arn'),
  }
  return [
    logs,
    ...always.map((call) => allow(call)),
    ...forAssertions.map((call) => allow(call, keysOf('jti#*'))),
    ...(use.readsSigningKeys ? [] : [withheld]),
  ].flatMap(lines)
}

/** Least privilege: exactly what a function's code calls. */
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
      'a call too many': (template) =>
        statements(template, 'IntrospectionRole').push({
          Effect: 'Allow',
          Action: ['dynamodb:DeleteItem'],
          Resource: attribute('GrantsTable', 'Arn'),
        }),
      'a call too few': (template) => {
        const grants = attribute('GrantsTable', 'Arn')
        const kept = statements(template, 'RevocationRole').filter(({ Resource }) => !same(Resource, grants))
        statements(template, 'RevocationRole').splice(0, Infinity, ...kept)
      },
      'signing keys that everyone reads': (template) => {
        const kept = statements(template, 'DiscoveryRole').filter(({ Effect }) => Effect !== 'Deny')
        statements(template, 'DiscoveryRole').splice(0, Infinity, ...kept)
      },
      'signing keys that a function that signs cannot read': (template) => {
        const deny = statements(template, 'DiscoveryRole').filter(({ Effect }) => Effect === 'Deny')
        statements(template, 'TokenRole').push(...deny)
      },
      'a right to write used assertions that allows every item': (template) => {
        for (const statement of statements(template, 'TokenRole'))
          if (same(statement.Condition, keysOf('jti#*'))) delete statement.Condition
      },
      'the log of another': (template) => {
        for (const statement of statements(template, 'TokenRole'))
          if (statement.Action.includes('logs:PutLogEvents'))
            statement.Resource = attribute('ManagementLogGroup', 'Arn')
      },
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
      'every call': (template) =>
        statements(template, 'TokenRole').push({
          Effect: 'Allow',
          Action: ['dynamodb:*'],
          Resource: attribute('GrantsTable', 'Arn'),
        }),
      'every table': (template) =>
        statements(template, 'TokenRole').push({
          Effect: 'Allow',
          Action: ['dynamodb:GetItem'],
          Resource: '*',
        }),
    },
  },

  'each function has one role, only for Lambda, without managed policies': {
    complaints: (template) => {
      const lambda = [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]
      const wrong = roles(template).filter(
        ([, { Properties }]) =>
          !same(Properties.AssumeRolePolicyDocument.Statement, lambda) ||
          Properties.ManagedPolicyArns !== undefined,
      )
      const count = roles(template).length === lambdas(template).length ? [] : ['a role without a function']
      return [...wrong.map(([id]) => id), ...count]
    },
    broken: {
      'a role that everyone can assume': (template) =>
        (properties<Role>(template, 'TokenRole').AssumeRolePolicyDocument.Statement = [
          { Effect: 'Allow', Principal: '*' },
        ]),
      'a managed policy': (template) =>
        (properties<Role>(template, 'TokenRole').ManagedPolicyArns = [
          'arn:aws:iam::aws:policy/AdministratorAccess',
        ]),
      'a role without a function': (template) =>
        (template.Resources['OtherRole'] = structuredClone(template.Resources['TokenRole']) as never),
    },
  },
}

import { expect, test } from 'vitest'
import { FUNCTION_ROUTES } from '../../../infra/deployed-routes.ts'
import { isAudited } from '../../../shared/lambda/route.ts'
import type { FunctionRole } from '../../../infra/aws/template/cloudformation.ts'
import { FUNCTIONS } from '../../../infra/aws/template/functions.ts'
import { neededRights } from '../../../infra/aws/template/releases.ts'
import { givenRights, rightName, type Rights, roleOf } from '../../../infra/aws/template/rights.ts'
import { tablesOf } from '../../../infra/aws/template/tables.ts'
import { type StoreCall, storeUses } from './store-calls.ts'

const SETTINGS = { region: 'eu-central-1' }
const TABLES = tablesOf({})
const USES = storeUses(FUNCTIONS.map(([name]) => name))
const NOTHING_BACK = { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } }
const keysOf = (partition: string) => ({ 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [partition] } })

/** One line for each action that a role allows or denies. */
function linesOf({ Properties }: FunctionRole): string[] {
  return Properties.Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
      Action.map((action) => line(Effect, action, Resource, Condition)),
    ),
  ).sort()
}

function line(...[effect, action, resource, condition]: [string, string, unknown, object?]): string {
  return [effect, action, JSON.stringify(resource), JSON.stringify(condition ?? {})].join(' ')
}

/** The lines that the role of a function must have, from the calls in its code. */
function wantedLines(name: string): string[] {
  const use = USES.get(name)
  if (use === undefined) throw new Error(`no function ${name}`)
  const { calls, readsSigningKeys, readsNonceKeys } = use
  const always = calls.filter(({ limit }) => limit === undefined)
  const isAlways = (call: StoreCall) =>
    always.some(({ table, action }) => table === call.table && action === call.action)
  const allow = (call: StoreCall, condition?: object) => line('Allow', call.action, arnOf(call), condition)
  const registry = TABLES.registry.arn
  const withheld = [readsSigningKeys ? [] : ['keys#*'], readsNonceKeys ? [] : ['nonce#*']].flat()
  const group = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', 'Dash')
  const log = { 'Fn::GetAtt': [`${group}LogGroup`, 'Arn'] }
  return [
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => line('Allow', action, log)),
    // A write to the registry could return a signing key that it replaces.
    ...always.map((call) => allow(call, !readsSigningKeys && isWrite(call) ? NOTHING_BACK : undefined)),
    ...calls
      .filter((call) => call.limit !== undefined && !isAlways(call))
      .map((call) => allow(call, keysOf(call.limit ?? ''))),
    ...(hasOperations(name) ? ['PutItem', 'GetItem'] : []).map((action) =>
      line('Allow', `dynamodb:${action}`, TABLES.audit.arn),
    ),
    ...withheld.flatMap((partition) =>
      ['GetItem', 'BatchGetItem', 'Query'].map((action) =>
        line('Deny', `dynamodb:${action}`, registry, keysOf(partition)),
      ),
    ),
  ].sort()
}

/** The operations of a function leave records. The function without routes begins them itself. */
const hasOperations = (name: string) =>
  name === 'certificate-lists' ||
  Object.values(
    Object.hasOwn(FUNCTION_ROUTES, name) ? FUNCTION_ROUTES[name as keyof typeof FUNCTION_ROUTES] : {},
  ).some(({ access }) => isAudited(access))

const arnOf = ({ table, index }: StoreCall): object =>
  index ? { 'Fn::Sub': `\${${table}.Arn}/index/listing` } : { 'Fn::GetAtt': [table, 'Arn'] }

const isWrite = ({ table, action }: StoreCall) =>
  table === 'RegistryTable' && /:(Put|Update|Delete)Item$/.test(action)

test.each(FUNCTIONS)(
  'the role of %s allows exactly the calls that its code makes, and denies secrets that it does not read',
  (name, rights) => {
    expect(linesOf(roleOf(name, rights, TABLES, SETTINGS))).toEqual(wantedLines(name))
  },
)

test('a right that its code does not need yet is given to a function, and is not among those that it needs', () => {
  const also = ['listRegistry', 'signingKeys'] as const
  const role = roleOf('discovery', { calls: ['listGrants'], also }, TABLES, SETTINGS)
  const template = { Resources: { DiscoveryRole: role } }
  const names = (rights: Iterable<string>) => [...rights].map(rightName).sort()
  expect(names(givenRights('discovery', template) ?? [])).toEqual(
    [...also, 'listGrants', 'readRegistry'].sort(),
  )
  expect(names(neededRights('discovery', template, also).split(' '))).toEqual(['listGrants', 'readRegistry'])
  expect(givenRights('other', template)).toBe(undefined)
})

test('another table makes other rights, so no version is invoked without rights to its tables', () => {
  const rightsOf = (tables: typeof TABLES) => {
    const role = roleOf('discovery', { calls: ['readGrant'] }, tables, SETTINGS)
    return givenRights('discovery', { Resources: { DiscoveryRole: role } })
  }
  const others = rightsOf(tablesOf({ tables: { registry: 'other', grants: 'others' } }))
  expect([...(others ?? [])].filter((right) => rightsOf(TABLES)?.has(right))).toEqual([])
})

test.each<[string, string, Partial<Rights>]>([
  ['a call too many', 'introspection', { calls: ['useProofs', 'readGrants', 'deleteGrants'] }],
  ['a call too few', 'revocation', { calls: ['useAssertions', 'readGrant', 'deleteGrants'] }],
  ['writes of every item where identifiers are used', 'userinfo', { calls: ['writeRegistry', 'readGrants'] }],
  ['signing keys that every function reads', 'discovery', { reads: ['signingKeys'] }],
  ['signing keys that a function that signs cannot read', 'token', { reads: ['nonceKeys'] }],
  ['keys of nonces that a function without proofs reads', 'revocation', { reads: ['nonceKeys'] }],
])('a role with %s does not match the calls', (_, name, planted) => {
  const rights = FUNCTIONS.find(([each]) => each === name)?.[1]
  expect(linesOf(roleOf(name, { calls: [], ...rights, ...planted }, TABLES, SETTINGS))).not.toEqual(
    wantedLines(name),
  )
})

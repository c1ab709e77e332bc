import { beforeEach, expect, test } from 'vitest'
import { invokers } from '../../../../infra/aws/doctor/invokers.ts'
import { functionNames } from '../../../../infra/package/build.ts'
import { answeringAws } from './answering-aws.ts'
import { verdict } from './inspected-site.ts'

const { answers, account, okWhenDenied } = answeringAws()

const TOKEN = 'certbound-prod-token'
const at = (name: string, part: string) => `GET /2015-03-31/functions/${name}/${part}`
const urls = (name: string) => `GET /2021-10-31/functions/${name}/urls`
const GATEWAY = { Service: 'apigateway.amazonaws.com' }
const OURS = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2/*'
const from = (source: unknown, operator = 'ArnLike') => ({ [operator]: { 'AWS:SourceArn': source } })
const policy = (Principal: unknown, Condition?: object, Effect = 'Allow') => {
  const statement = { Effect, Action: 'lambda:InvokeFunction', Principal, Condition }
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
const GOOD = policy(GATEWAY, from(OURS))
const OF_SERVER = policy(GATEWAY, from(OURS.replace('a1b2/*', 'c3d4/authorizers/e5')))

const EVENTS = { Service: 'events.amazonaws.com' }
const OF_RULE = policy(EVENTS, from('arn:aws:events:eu-central-1:123456789012:rule/certbound-prod-Rule'))

function policyOf(name: string) {
  if (name.endsWith('certificate-lists')) return OF_RULE
  return name.endsWith('authorizer') ? OF_SERVER : GOOD
}

/** Each function has one version, and the alias that API Gateway invokes. */
beforeEach(() => {
  answers.clear()
  for (const name of functionNames().map((each) => `certbound-prod-${each}`)) {
    answers.set(at(name, 'versions'), { Versions: [{ Version: '$LATEST' }, { Version: '1' }] })
    answers.set(at(name, 'aliases'), { Aliases: [{ Name: 'live' }] })
    answers.set(urls(name), { FunctionUrlConfigs: [] })
    answers.set(at(name, 'policy live'), policyOf(name))
  }
})

const asked = () => verdict(invokers, account())
const refused = (principal: object, condition: object, label = `${TOKEN}:live`) =>
  `fail: ${JSON.stringify(principal)} may invoke ${label} under ${JSON.stringify(condition)} and so act as any client`
const UNUSABLE = `fail: API Gateway may not invoke ${TOKEN}:live`

test('doctor finds no problem if only the API may invoke the functions, and only the APIs of resource servers may invoke the authorizer', async () => {
  expect(await asked()).toBe('ok')
})

test.each([
  ['the account', OURS.replace('123456789012', '999999999999')],
  ['the API', OURS.replace('a1b2', 'evil')],
  ['the Region', OURS.replace('eu-central-1', 'us-east-1')],
  ['the partition', OURS.replace('arn:aws:', 'arn:aws-cn:')],
  ['the service', OURS.replace('execute-api', 's3')],
  ['the API, which begins alike', OURS.replace('a1b2', 'a1b2c3')],
  ['the API, which is any', OURS.replace('a1b2', '*')],
  ['the API, which is in a list', [OURS]],
])('doctor reports a permission with another source: %s', async (_, source) => {
  answers.set(at(TOKEN, 'policy live'), policy(GATEWAY, from(source)))
  expect(await asked()).toBe([UNUSABLE, refused(GATEWAY, from(source))].join('\n'))
})

test.each([
  ['a negated operator', from(OURS, 'ArnNotLike')],
  ['an operator that a missing key passes', from(OURS, 'ArnLikeIfExists')],
  ['an operator over sets', from(OURS, 'ForAllValues:ArnLike')],
  ['a second operator', { ...from(OURS), ...from('*', 'StringLike') }],
  ['a second key', { ArnLike: { 'AWS:SourceArn': OURS, 'AWS:SourceAccount': '123456789012' } }],
  ['another key', { ArnLike: { 'AWS:PrincipalArn': OURS } }],
  ['no condition at all', {}],
])('doctor reports a permission with %s', async (_, condition) => {
  answers.set(at(TOKEN, 'policy live'), policy(GATEWAY, condition))
  expect(await asked()).toBe([UNUSABLE, refused(GATEWAY, condition)].join('\n'))
})

test.each([
  [{ AWS: 'arn:aws:iam::210987654321:root' }],
  [{ ...GATEWAY, AWS: '*' }],
  [{ Service: ['apigateway.amazonaws.com', 'events.amazonaws.com'] }],
])('doctor reports the principal %j even with the right source', async (principal) => {
  answers.set(at(TOKEN, 'policy 1'), policy(principal, from(OURS)))
  expect(await asked()).toBe(refused(principal, from(OURS), `${TOKEN}:1`))
})

test('doctor reports a permission without a principal or a condition, and ignores a statement that denies', async () => {
  answers.set(at(TOKEN, 'policy'), policy(undefined))
  expect(await asked()).toBe(`fail: an unknown principal may invoke ${TOKEN} and so act as any client`)
  answers.set(at(TOKEN, 'policy'), policy('*', undefined, 'Deny'))
  expect(await asked()).toBe('ok')
})

test('doctor reports a permission of our API for the authorizer, and of a resource server for any other function', async () => {
  answers.set(at('certbound-prod-authorizer', 'policy 1'), GOOD).set(at(TOKEN, 'policy 1'), OF_SERVER)
  const theirs = from(OURS.replace('a1b2/*', 'c3d4/authorizers/e5'))
  expect(await asked()).toBe(
    [
      refused(GATEWAY, from(OURS), 'certbound-prod-authorizer:1'),
      refused(GATEWAY, theirs, `${TOKEN}:1`),
    ].join('\n'),
  )
})

test('doctor reports the URL of a function', async () => {
  answers.set(urls(TOKEN), { FunctionUrlConfigs: [{ FunctionUrl: 'https://x.lambda-url.example/' }] })
  expect(await asked()).toBe(
    `fail: ${TOKEN} has the URL https://x.lambda-url.example/, which bypasses API Gateway`,
  )
})

test('doctor reports a function that does not exist, and one that API Gateway may not invoke', async () => {
  answers.delete(at(TOKEN, 'versions'))
  answers.delete(at('certbound-prod-userinfo', 'policy live'))
  expect(await asked()).toBe(
    `fail: API Gateway may not invoke certbound-prod-userinfo:live\nfail: ${TOKEN} does not exist`,
  )
})

test('doctor reports an incomplete move to an alias: the function itself still has the permission', async () => {
  answers.delete(at(TOKEN, 'policy live'))
  answers.set(at(TOKEN, 'policy'), GOOD)
  expect(await asked()).toBe(UNUSABLE)
})

test('doctor warns if a resource server may not call the authorizer, and reports all functions of a stack without an API', async () => {
  answers.delete(at('certbound-prod-authorizer', 'policy live'))
  expect(await asked()).toBe(
    'warn: arn:aws:execute-api:eu-central-1:123456789012:c3d4/* may not invoke certbound-prod-authorizer:live',
  )
  const { stack, ...rest } = account()
  const lines = await verdict(invokers, { ...rest, stack: { ...stack, outputs: new Map() } })
  expect(lines).toContain(UNUSABLE)
  expect(lines).toContain(refused(GATEWAY, from(OURS)))
})

test('this check has no ok finding if AWS denies one of its calls, which are alike for each function', async () => {
  expect(await okWhenDenied(invokers, (call) => /-(token|certificate-lists)\b/.test(call))).toEqual([])
})

test('the rules of the stack may invoke the function that reads certificate lists', async () => {
  const lists = 'certbound-prod-certificate-lists'
  const unusable = `fail: EventBridge may not invoke ${lists}:live`
  answers.delete(at(lists, 'policy live'))
  expect(await asked()).toBe(unusable)
  const strange = from('arn:aws:events:eu-central-1:123456789012:rule/other')
  answers.set(at(lists, 'policy live'), policy(EVENTS, strange))
  expect(await asked()).toBe([unusable, refused(EVENTS, strange, `${lists}:live`)].join('\n'))
})

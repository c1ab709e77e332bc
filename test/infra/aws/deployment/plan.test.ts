import { expect } from 'vitest'
import { earlier, type Resources } from './earlier.ts'
import { MAIN, STORE, test } from './own-account.ts'

interface Plan {
  readonly stacks: readonly {
    readonly name: string
    readonly changes: readonly Change[]
    readonly rights: string[]
  }[]
  readonly severe: readonly Change[]
}
interface Change {
  readonly effect: string
  readonly id: string
  readonly type: string
}
test('the plan of a first deployment lists everything as new, fits one screen, and asks CloudFormation for nothing', async ({
  operator,
}) => {
  const { code, stdout, stderr } = await operator.run(['--plan'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`3. stack ${MAIN}: create;`)
  expect(stdout).toMatch(/resources: \d{3} new\n/)
  expect(stdout.split('\n').length).toBeLessThan(25)
  expect(operator.calls.filter((call) => /ChangeSet|GetTemplate|^PUT/.test(call))).toEqual([])
  const json = await operator.run(['--plan', '--json'])
  const { stacks, severe } = JSON.parse(json.stdout) as Plan
  expect([json.code, severe]).toEqual([0, []])
  const ids = stacks.flatMap(({ changes }) => changes.map(({ effect, id }) => `${effect} ${id}`))
  expect(ids).toEqual(expect.arrayContaining(['new TruststoreBucket', 'new RegistryTable', 'new TokenAlias']))
})

test('the plan of a deployment without changes reports that, changes nothing and leaves no change set', async ({
  operator,
}) => {
  await operator.deploy()
  operator.calls.length = 0
  const { code, stdout } = await operator.run(['--plan'])
  expect(code).toBe(0)
  expect(stdout.match(/ {7}no change\n/g)).toHaveLength(2)
  expect([operator.changes(), operator.account.changeSets.size]).toEqual([[], 0])
})

test.for([
  ['RegistryTable', 'KeySchema', []],
  ['GrantsTable', 'TableName', 'other'],
  ['HttpApi', 'ProtocolType', 'WEBSOCKET'],
  ['PlainStage', 'StageName', 'other'],
  ['MtlsDomain', 'DomainName', 'other.certbound.test'],
] as const)(
  'the plan shows the replacement of %s by another %s, and ends with 3',
  async ([id, property, value], { operator }) => {
    await operator.deploy()
    earlier(operator.account.stacks.get(MAIN), (resources) => {
      Object.assign(resources[id]?.Properties ?? {}, { [property]: value })
    })
    const { code, stdout } = await operator.run(['--plan', '--json'])
    expect(code).toBe(3)
    const { severe } = JSON.parse(stdout) as Plan
    expect(severe).toContainEqual(expect.objectContaining({ effect: 'replaced', id }))
    const text = await operator.run(['--plan'])
    expect([text.code, text.stdout]).toEqual([3, expect.stringMatching(new RegExp(`replaced: .*${id}`))])
  },
)

test('the plan counts what may be replaced as replaced, and so does what depends on a replacement', async ({
  operator,
}) => {
  await operator.deploy()
  earlier(operator.account.stacks.get(MAIN), (resources) => {
    Object.assign(resources['RegistryTable']?.Properties ?? {}, { AttributeDefinitions: [] })
    Object.assign(resources['HttpApi']?.Properties ?? {}, { ProtocolType: 'WEBSOCKET' })
  })
  const { severe } = JSON.parse((await operator.run(['--plan', '--json'])).stdout) as Plan
  expect(severe).toEqual(
    expect.arrayContaining(
      ['RegistryTable', 'PlainStage', 'HttpApiStage'].map(
        (id) => expect.objectContaining({ effect: 'maybe replaced', id }) as Change,
      ),
    ),
  )
})

test('the plan shows the tables, the domain and the stage that would leave the stack, and versions of functions count for nothing', async ({
  operator,
}) => {
  await operator.deploy()
  earlier(operator.account.stacks.get(MAIN), (resources) => {
    const copy = (id: string) => resources[id] ?? { Type: '', Properties: {} }
    Object.assign(resources, {
      OldTable: copy('GrantsTable'),
      OldStage: copy('PlainStage'),
      OldDomain: copy('PlainDomain'),
    })
    resources['TokenVersionOld'] = { ...copy('TokenAlias'), Type: 'AWS::Lambda::Version' }
  })
  const { code, stdout } = await operator.run(['--plan'])
  expect(code).toBe(3)
  expect(stdout).toContain('removed: DynamoDB::Table OldTable\n')
  expect(stdout).toContain('removed: ApiGatewayV2::DomainName OldDomain\n')
  expect(stdout).not.toContain('Lambda::Version')
})

test('the plan does not list a new version of the functions as a replacement, and stays on one screen', async ({
  operator,
}) => {
  await operator.deploy()
  operator.configure('// "logLevel": "info"', '"logLevel": "debug"')
  const { code, stdout } = await operator.run(['--plan'])
  expect(code).toBe(0)
  expect(stdout).toContain('resources: 12 new, 24 changed, 12 removed\n')
  expect(stdout.split('\n').length).toBeLessThan(25)
})

test('the plan shows every right that a role, an invoker or the role of a function gets or loses', async ({
  operator,
}) => {
  await operator.deploy()
  earlier(operator.account.stacks.get(MAIN), (resources) => {
    const role = JSON.stringify(resources['DiscoveryRole'])
    resources['DiscoveryRole'] = JSON.parse(
      role.replace('"dynamodb:GetItem"', '"dynamodb:Scan"'),
    ) as Resources[string]
    Object.assign(resources['TokenLambdaPermissionHttpApi']?.Properties ?? {}, {
      Principal: 'sns.amazonaws.com',
    })
    Object.assign(resources['TokenLambdaFunction']?.Properties ?? {}, {
      Role: { 'Fn::GetAtt': ['OtherRole', 'Arn'] },
    })
    Object.assign(resources['TokenRole']?.Properties ?? {}, {
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/X'],
    })
  })
  const { stacks } = JSON.parse((await operator.run(['--plan', '--json'])).stdout) as Plan
  const rights = stacks.flatMap(({ rights }) => rights).map((right) => right.replace(/ under .*/, ''))
  expect(rights.sort()).toEqual([
    '+ DiscoveryRole: Allow dynamodb:GetItem on RegistryTable.Arn',
    '+ TokenLambdaFunction: acts as TokenRole.Arn',
    '+ TokenLambdaPermissionHttpApi: Allow apigateway.amazonaws.com lambda:InvokeFunction on TokenAlias',
    '- DiscoveryRole: Allow dynamodb:Scan on RegistryTable.Arn',
    '- TokenLambdaFunction: acts as OtherRole.Arn',
    '- TokenLambdaPermissionHttpApi: Allow sns.amazonaws.com lambda:InvokeFunction on TokenAlias',
    '- TokenRole: has the policy arn:aws:iam::aws:policy/X',
  ])
  const shown = await operator.run(['--plan'])
  expect(shown.stdout).toContain('right - DiscoveryRole: Allow dynamodb:Scan on RegistryTable.Arn')
})

test('deploy changes nothing in a stack whose changes are not those that it has shown', async ({
  operator,
}) => {
  await operator.deploy()
  operator.configure('// "logLevel": "info"', '"logLevel": "debug"')
  const stack = operator.account.stacks.get(MAIN)
  let made = 0
  operator.calls.length = 0
  const osls = async () => {
    made++
    await operator.osls()
  }
  const wait = () => {
    // Somebody changes the stack while the question waits for its answer.
    if (operator.calls.includes(`DeleteChangeSet ${MAIN}`))
      earlier(stack, (resources) => delete resources['PlainStage'])
    return Promise.resolve()
  }
  const { code, stderr } = await operator.anyDeploy(['--yes'], { osls, wait })
  expect([code, made]).toEqual([1, 1])
  expect(stderr).toContain(
    `the changes of the stack ${MAIN} are not those that were shown, so it was not changed`,
  )
  expect(operator.changes().filter((call) => call.includes(MAIN))).toEqual([])
  expect(operator.account.changeSets.size).toBe(0)
})

test('an interrupted plan and a plan that CloudFormation refuses leave no change set', async ({
  operator,
}) => {
  await operator.deploy()
  const stopped = await operator.run(['--plan'], { stop: AbortSignal.abort() })
  expect([stopped.code, stopped.stderr]).toEqual([
    1,
    `deploy: interrupted: nothing of the stack ${STORE} was changed\n`,
  ])
  expect(operator.account.changeSets.size).toBe(0)
  operator.account.broken.set('CHANGE_SET', 'a hook has refused it')
  const refused = await operator.run(['--plan'])
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `deploy: CloudFormation cannot plan the stack ${STORE} (FAILED): a hook has refused it\n`,
  ])
  expect(operator.account.changeSets.size).toBe(0)
})

test('a deployment that is interrupted reports that CloudFormation goes on', async ({ operator }) => {
  const stopping = new AbortController()
  const wait = () => {
    if (operator.account.stacks.get(STORE)?.events.length !== 0) stopping.abort()
    return Promise.resolve()
  }
  operator.account.broken.set('TruststorePolicy', 'no')
  const machine = { osls: operator.osls, wait }
  const { code, stderr } = await operator.anyDeploy(['--yes'], machine, { stop: stopping.signal })
  expect(code).toBe(1)
  expect(stderr).toMatch(`interrupted: CloudFormation goes on with the stack ${STORE} (`)
})

test('a plan is only for AWS, its JSON is only for a plan, and it shows what the trust store and the tables would lose', async ({
  operator,
}) => {
  const local = await operator.run(['--plan', '--endpoint', 'http://127.0.0.1:1'])
  expect(local.stderr).toBe('deploy: --plan is for a deployment on AWS\n')
  expect((await operator.run(['--json'])).stderr).toBe('deploy: --json is a form of --plan\n')
  await operator.deploy()
  operator.trust('ca-root')
  const { stdout } = await operator.run(['--plan'])
  expect(stdout).toContain('- CN=Certbound Test Issuing CA')
})

test('a main stack without the stack of its bucket is planned as one in which everything may be replaced', async ({
  operator,
}) => {
  await operator.deploy()
  operator.account.stacks.delete(STORE)
  expect((await operator.run(['--plan'])).code).toBe(3)
  expect((await operator.refusal())[0]).toContain('are not those that were shown')
})

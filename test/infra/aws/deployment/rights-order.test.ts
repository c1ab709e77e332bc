import { expect } from 'vitest'
import type { FunctionRole } from '../../../../infra/aws/template/cloudformation.ts'
import { rightName } from '../../../../infra/aws/template/rights.ts'
import { earlier, type Resources } from './earlier.ts'
import { MAIN, test } from './own-account.ts'

/** Removes a right from the role of the function token. */
function withoutRight(resources: Resources, right: string): void {
  const role = resources['TokenRole'] as unknown as FunctionRole
  const { PolicyDocument } = role.Properties.Policies[0]
  const Statement = PolicyDocument.Statement.filter(({ Sid = '' }) => rightName(Sid) !== right)
  Object.assign(PolicyDocument, { Statement })
}

const NEEDS =
  'token needs listGrants from this release on, and its role gets that right only now: requests may fail until IAM knows it. Deploy the right one release before its code'

test('the plan warns of a right that code needs from the same release on, and not if the release before gave it', async ({
  operator,
}) => {
  await operator.deploy()
  const stack = operator.account.stacks.get(MAIN)
  earlier(stack, ({ TokenLambdaFunction }) => {
    const { Properties: properties = {} } = TokenLambdaFunction ?? {}
    properties['Description'] = String(properties['Description']).replace(/ listGrants\w+/, '')
  })
  expect((await operator.run(['--plan'])).stdout).not.toContain('needs')
  earlier(stack, (resources) => withoutRight(resources, 'listGrants'))
  expect((await operator.run(['--plan'])).stdout).toContain(`\n${NEEDS}\n`)
  const { warnings } = JSON.parse((await operator.run(['--plan', '--json'])).stdout) as { warnings: string[] }
  expect(warnings).toEqual([NEEDS])
})

test('the plan warns of a right that goes while a version to which rollback can go needs it, and rollback then refuses that version', async ({
  operator,
}) => {
  await operator.deploy()
  const versions = operator.account.functions.get('certbound-prod-token')?.versions
  const first = versions?.get('1')
  const [, release = ''] = /release (\w+)/.exec(first?.description ?? '') ?? []
  const withoutList = (text: string) => {
    const template = JSON.parse(text) as { Resources: Resources }
    withoutRight(template.Resources, 'listGrants')
    return JSON.stringify(template)
  }
  const loses = `the role of token loses listGrants, which the release ${release} needs: npm run rollback cannot go back to it any more`
  const { code, stdout } = await operator.deployEdited(withoutList)
  expect([code, stdout]).toEqual([0, expect.stringContaining(`\n${loses}\n`)])
  const refused = await operator.anyCommand(['rollback', '--yes'])
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `rollback: the roles of the functions do not have the rights that the release ${release} needs (token listGrants): check out its version and deploy it\n`,
  ])
  expect(operator.account.functions.get('certbound-prod-token')?.aliases.get('live')).toBe('2')

  // A release whose code does not need the right any more still gives it. Then it can go.
  await operator.deploy()
  for (const [number, version] of versions ?? [])
    versions?.set(number, { ...version, description: version.description.replace(/ listGrants\w+/, '') })
  expect((await operator.deployEdited(withoutList)).stdout).not.toContain('loses')
})

import { expect, onTestFinished } from 'vitest'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { FUNCTIONS } from '../../../../infra/aws/template/functions.ts'
import type { Ran } from '../../../support/command-line.ts'
import { LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { DATA_VERSION } from '../../../../shared/store/data-changes.ts'
import { MAIN, TABLE_NAMES, test } from './own-account.ts'

const TOKEN = 'certbound-prod-token'
const LIMIT = '"rate": 100, "burst": 200 }'

interface Written {
  Resources: Record<string, { Properties: { RouteSettings?: Record<string, object>; RouteKey?: string } }>
}
/** Adds a route with settings to a template of osls, like another version of certbound. */
function withRoute(text: string): string {
  const template = JSON.parse(text) as Written
  const [id = '', route] =
    Object.entries(template.Resources).find(([, { Properties }]) => Properties.RouteKey === 'ANY /par') ?? []
  const copy = structuredClone(route)
  if (copy === undefined) throw new Error('there is no such route')
  copy.Properties.RouteKey = 'ANY /newer'
  template.Resources[`${id}Newer`] = copy
  for (const stage of ['HttpApiStage', 'PlainStage'])
    Object.assign(template.Resources[stage]?.Properties.RouteSettings ?? {}, {
      'ANY /newer': { ThrottlingRateLimit: 1 },
    })
  return JSON.stringify(template)
}

test('an older version, a newer one with another route, the older one again, and then another limit can all be deployed', async ({
  operator,
}) => {
  const settings = (stage: string) => [...(operator.account.api.stages.get(stage)?.keys() ?? [])]
  await operator.deploy()
  const old = settings('plain')
  await operator.deployEdited(withRoute)
  expect(settings('plain')).toContain('ANY /newer')
  expect((await operator.deploy()).code).toBe(0)
  expect([settings('plain'), settings('$default')]).toEqual([old, old])
  operator.configure(
    `// "throttle": { "oauth": { ${LIMIT}`,
    `"throttle": { "oauth": { "rate": 90, "burst": 200 } }, // {`,
  )
  const { code, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
})

test('settings of a route that a failed upgrade has left behind are deleted before the next deployment', async ({
  operator,
}) => {
  await operator.deploy()
  operator.account.broken.set('ReplaysAlarm', 'no')
  expect((await operator.deployEdited(withRoute)).code).toBe(1)
  expect([...(operator.account.api.stages.get('plain')?.keys() ?? [])]).toContain('ANY /newer')
  operator.account.broken.clear()
  operator.configure(
    `// "throttle": { "oauth": { ${LIMIT}`,
    `"throttle": { "oauth": { "rate": 90, "burst": 200 } }, // {`,
  )
  const { code, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
})

type Edited = (edit: (text: string) => string) => Promise<Ran>

/** Deploys releases that differ in the time that a function has. */
async function releases({ deployEdited }: { readonly deployEdited: Edited }, count: number) {
  for (let i = 1; i <= count; i++) {
    const { code, stderr } = await deployEdited((text) =>
      text.replaceAll('"Timeout": 20', `"Timeout": ${20 + i}`),
    )
    expect(code, stderr).toBe(0)
  }
}

test(
  'the last ten versions of a function stay, and older ones only if an alias names them',
  { timeout: 120_000 },
  async ({ operator }) => {
    await operator.deploy()
    const lambda = operator.account.functions.get(TOKEN)
    lambda?.aliases.set('mine', '1')
    // Ten more deployments leave them like this.
    for (const each of operator.account.functions.values()) {
      for (const first = each.versions.get('1'); first !== undefined && each.published < 11;) {
        each.versions.set(String(++each.published), { ...first, description: String(each.published) })
      }
    }
    await releases(operator, 2)
    const versions = [...(lambda?.versions.keys() ?? [])].map(Number)
    expect(versions).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    expect(lambda?.aliases.get('live')).toBe('13')
  },
)

test('a failed deployment keeps no version of the functions, so that the same code can be deployed after it', async ({
  operator,
}) => {
  await operator.deploy()
  operator.configure('// "logLevel": "info"', '"logLevel": "debug"')
  operator.account.broken.set('ReplaysAlarm', 'no')
  await operator.refusal()
  const lambda = operator.account.functions.get(TOKEN)
  expect([[...(lambda?.versions.keys() ?? [])], lambda?.aliases.get('live')]).toEqual([['1'], '1'])
  operator.account.broken.clear()
  const { code, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
})

test('rollback moves every function to the release before, asks first, and the next deployment goes forward again', async ({
  operator,
}) => {
  await operator.deploy()
  await releases(operator, 1)
  const live = () =>
    FUNCTIONS.map(([name]) => operator.account.functions.get(`certbound-prod-${name}`)?.aliases.get('live'))
  const numbers = (number: string) => FUNCTIONS.map(() => number)
  const rollback = (parameters: readonly string[], surroundings = {}) =>
    operator.anyCommand(['rollback', ...parameters], surroundings)
  const refused = await rollback([], { answers: ['no'] })
  expect([refused.code, refused.stderr, live()]).toEqual([1, 'rollback: nothing was changed\n', numbers('2')])
  const { code, stdout, stderr } = await rollback(['--yes'])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(new RegExp(`^${MAIN} goes back to the release [0-9a-f]{12}\n`, 'm'))
  expect(stdout).toContain('  token: from version 2 to 1\n')
  expect(live()).toEqual(numbers('1'))
  expect((await rollback(['--yes'])).stderr).toBe('rollback: there is no release before this one\n')
  const unknown = await rollback(['--yes', '--release', 'abc'])
  expect(unknown.stderr).toBe('rollback: no function has a version of the release abc\n')
  await releases(operator, 1)
  expect(live()).toEqual(numbers('2'))
})

test('rollback asks for a release when the functions had different ones, and leaves a function that it does not have', async ({
  operator,
}) => {
  await operator.deploy()
  const first = operator.account.functions.get(TOKEN)?.versions.get('1')?.description ?? ''
  const [, release = ''] = /release (\w+)/.exec(first) ?? []
  await releases(operator, 1)
  operator.account.functions.get(TOKEN)?.versions.delete('1')
  const { stdout, code } = await operator.anyCommand(['rollback', '--yes', '--release', release])
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('  token: stays, because that release does not have it\n'),
  ])
  await releases(operator, 3)
  for (const number of ['2', '3'])
    operator.account.functions.get('certbound-prod-userinfo')?.versions.delete(number)
  const { stderr } = await operator.anyCommand(['rollback', '--yes'])
  expect(stderr).toMatch(
    /^rollback: the functions had different releases before \(\w+, \w+\): name one with --release\n$/,
  )
})

test('rollback refuses a release that does not understand what the tables have', async ({
  operator,
  engine,
}) => {
  await operator.deploy()
  await releases(operator, 1)
  const runtime = openTables(TABLE_NAMES, 1, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
  const { registry } = runtime.store
  onTestFinished(() => runtime.store.close())
  await registry.dataVersion.raise(DATA_VERSION)
  expect((await operator.anyCommand(['rollback', '--yes'])).code).toBe(0)
  await releases(operator, 1)
  await registry.dataVersion.raise(DATA_VERSION + 1)
  const { code, stderr } = await operator.anyCommand(['rollback', '--yes'])
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^rollback: the release \w{12} understands data of version 1, and the tables have version 2:/,
    ),
  ])
  expect(operator.account.functions.get(TOKEN)?.aliases.get('live')).toBe('2')
})

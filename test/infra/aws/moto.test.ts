import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm'
import { afterAll, expect, test } from 'vitest'
import { FUNCTIONS } from '../../../infra/aws/template/functions.ts'
import { POLICIES } from '../../../infra/aws/policies/policies.ts'
import { awsLines, runAws } from '../../support/aws-lines.ts'
import { openDeployment } from '../../support/deployment.ts'
import { ACCESS_KEY } from '../../support/fake-account.ts'
import { findMoto, startMoto } from '../../support/moto.ts'
import { answeredByMoto } from '../../support/moto-account.ts'
import { MAIN, MTLS, oslsOf, PLAIN } from './deployment/own-account.ts'

/** A deployment in an account of moto, with the certificates of both domains. */
async function openOnMoto() {
  const moto = await startMoto()
  const region = 'eu-central-1'
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: 'test' }
  const acm = new ACMClient({ endpoint: moto.endpoint, region, credentials })
  const arns: string[] = []
  for (const DomainName of [MTLS, PLAIN])
    arns.push((await acm.send(new RequestCertificateCommand({ DomainName }))).CertificateArn ?? '')
  const adapt = (example: string) =>
    example
      .replaceAll('example.com', 'certbound.test')
      .replaceAll(/arn:aws:acm:[^"]+\/[0-9a-f-]{36}(?=")/g, () => arns.shift() ?? '')
  const deployment = await openDeployment('', adapt, answeredByMoto(moto.endpoint))
  const { aws, run } = deployment
  const wait = () => Promise.resolve()
  const allow = async (policy: keyof typeof POLICIES, argv: readonly string[]) => {
    aws.rights.policies = [POLICIES[policy]]
    const [command] = argv
    const machine = command === 'deploy' ? { osls: oslsOf(deployment), wait } : undefined
    const ran = await run(argv, {}, machine)
    expect(aws.denied).toEqual([])
    return ran
  }
  const close = async () => {
    await deployment.close()
    await moto.close()
  }
  /** Runs lines of the AWS command line. */
  const lines = async (all: readonly string[], policy?: keyof typeof POLICIES) => {
    if (policy === undefined) delete aws.rights.policies
    else aws.rights.policies = [POLICIES[policy]]
    return runAws(all, aws.environment)
  }
  return { ...deployment, allow, lines, close }
}

const LIST_TABLES = 'aws dynamodb list-tables --query TableNames'
const LIST_FUNCTIONS = 'aws lambda list-functions --query Functions[].FunctionName'
const LIST_ROLES = 'aws iam list-roles --query Roles[].RoleName'
const LIST_GROUPS = 'aws logs describe-log-groups --query logGroups[].logGroupName'

const DONE = { code: 0, stderr: '' }

const isLeftOut =
  process.env['LONG'] === undefined
    ? 'it takes 20 seconds: with LONG=1 it runs, as in .ci/run'
    : findMoto() === undefined && 'there is no python3-moto with python3-flask-cors here'

if (isLeftOut !== false) {
  test('the commands work on moto, which others wrote', ({ skip }) => skip(isLeftOut))
} else {
  const onMoto = await openOnMoto()
  afterAll(onMoto.close)
  const { allow, lines } = onMoto
  const outputs = () => onMoto.aws.account.stacks.get(MAIN)?.outputs ?? {}
  const live = async () => {
    const versions = FUNCTIONS.map(([name]) => {
      return `aws lambda get-alias --function-name ${MAIN}-${name} --name live --query FunctionVersion`
    })
    return new Set(await lines(versions))
  }

  test('on moto, deploy makes both stacks under its policy, and then finds nothing to change', async () => {
    expect(await allow('deploy', ['deploy', '--yes'])).toMatchObject(DONE)
    const { code, stdout } = await allow('plan', ['deploy', '--plan'])
    expect([code, stdout.match(/ {7}no change\n/g)]).toMatchObject([0, { length: 2 }])
    expect(await live()).toEqual(new Set(['1']))
  }, 120_000)

  test('on moto, provision fills the tables under the policy operate, and doctor finds nothing wrong in the account under the policy read', async () => {
    const { code, stdout, stderr } = await allow('operate', ['provision', '--yes'])
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('client payments:')])
    const report = await allow('read', ['doctor', '--json'])
    const { checks } = JSON.parse(report.stdout) as {
      checks: { name: string; findings: { status: string }[] }[]
    }
    const failed = checks.filter(({ findings }) => findings.some(({ status }) => status === 'fail'))
    // No domain of a test can be reached.
    expect(failed.map(({ name }) => name)).toEqual(['mutual TLS', 'trust', 'metadata', 'JWK Set'])
  }, 120_000)

  test('on moto, rollback moves every function back under the policy deploy', async () => {
    onMoto.configure('// "logLevel": "info"', '"logLevel": "debug"')
    expect(await allow('deploy', ['deploy', '--yes'])).toMatchObject(DONE)
    expect(await live()).toEqual(new Set(['2']))
    expect(await allow('deploy', ['rollback', '--yes'])).toMatchObject(DONE)
    expect(await live()).toEqual(new Set(['1']))
  }, 120_000)

  test('on moto, restore and the lines of its chapter put a restored registry in the place of the old one under the policy operate', async () => {
    const { RegistryTableName: REGISTRY = '', GrantsTableName: GRANTS = '' } = outputs()
    const [tables = '', functions = '', restore = '', wait = '', ...later] = awsLines(
      'docs/operations.md',
      'Restore',
      { REGISTRY },
    )
    const found = [
      ['RegistryTableName', REGISTRY],
      ['GrantsTableName', GRANTS],
    ]
    const answers = await lines([tables, functions, restore, wait], 'operate')
    expect(answers).toMatchObject([found, { length: FUNCTIONS.length }, {}, null])
    const registry = 'certbound-prod-registry-2'
    const restored = await allow('operate', ['restore', '--yes', '--registry', registry, '--new-signing-key'])
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(restored.stdout).toContain(
      `${registry}: enabled time to live, point-in-time recovery, deletion protection`,
    )
    onMoto.configure(
      '// "tables": { "registry": "NAME", "grants": "NAME" }',
      `"tables": { "registry": "${registry}", "grants": "${GRANTS}" }`,
    )
    expect(await allow('deploy', ['deploy', '--yes'])).toMatchObject(DONE)
    expect(outputs()).toMatchObject({ RegistryTableName: registry, TablesFrom: 'settings' })
    expect(await live()).toEqual(new Set(['3']))
    const back = await allow('deploy', ['rollback', '--yes'])
    // The release before has the old registry, to which no role has rights any more.
    expect([back.code, back.stderr]).toEqual([1, expect.stringMatching(/\(.*token readRegistry, .*\)/)])
    // The first two lines of the last step, and the deletion itself.
    await lines(later.slice(0, 3))
    expect(await lines([LIST_TABLES])).toEqual([expect.arrayContaining([registry, GRANTS]) as unknown])
  }, 120_000)

  test('on moto, the lines of the chapter Remove a deployment leave only the bucket and the logs', async () => {
    const [tables = '', logs = '', ...chapter] = awsLines('docs/deploy.md', 'Remove a deployment', {})
    const [names, groups] = (await lines([tables, logs])) as [string[], string[]]
    const each = (line: string) => {
      if (line.includes('TABLE')) return names.map((name) => line.replace('TABLE', name))
      return line.includes('GROUP') ? groups.map((name) => line.replace('GROUP', name)) : [line]
    }
    await lines(chapter.flatMap((line) => each(line)))
    expect([...onMoto.aws.account.stacks]).toEqual([])
    const left = [LIST_TABLES, LIST_FUNCTIONS, LIST_ROLES, LIST_GROUPS]
    expect(await lines(left)).toEqual([[], [], [], []])
  }, 120_000)
}

import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { listen } from '../../../../infra/connections/listen.ts'
import { ACCESS_KEY, ACCOUNT } from '../../../support/fake-account.ts'
import { MAIN, test } from './own-account.ts'

const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
const CONFIG = `[profile work]
aws_access_key_id = ${ACCESS_KEY}
aws_secret_access_key = test
aws_session_token = session
[profile sso]
sso_start_url = https://office.awsapps.test/start
sso_region = eu-central-1
sso_account_id = ${ACCOUNT}
sso_role_name = deploy
`

/** The configuration of the AWS tools, with an expired login. */
function withConfiguration(folder: string) {
  const file = join(folder, 'aws-profiles')
  writeFileSync(file, CONFIG)
  const cache = join(folder, '.aws/sso/cache')
  mkdirSync(cache, { recursive: true })
  const login = { accessToken: 'token', expiresAt: '2020-01-01T00:00:00Z' }
  const name = hash('sha1', 'https://office.awsapps.test/start')
  writeFileSync(join(cache, `${name}.json`), JSON.stringify(login))
  return { ...NO_KEYS, AWS_CONFIG_FILE: file }
}

test('deploy refuses credentials if the certificates belong to another account, and names both accounts', async ({
  operator,
}) => {
  const other = 'arn:aws:sts::111122223333:assumed-role/dev/someone'
  operator.account.identities.set('AKIAOTHER', other)
  const line = (setting: string) =>
    `deploy: ${setting}.certificateArn belongs to the account ${ACCOUNT}, but the credentials belong to 111122223333 (${other})`
  expect(await operator.refusal({ AWS_ACCESS_KEY_ID: 'AKIAOTHER' })).toEqual([
    line('mtlsDomain'),
    line('plainDomain'),
  ])
  expect(operator.calls).toEqual(['GetCallerIdentity'])
})

test('every call of a deployment has the credentials of the plan, and none those of other variables', async ({
  operator,
}) => {
  const env = {
    ...withConfiguration(operator.folder),
    AWS_PROFILE: 'work',
    AWS_DEFAULT_PROFILE: 'sso',
    AWS_PROD_ACCESS_KEY_ID: 'AKIASTAGE',
    AWS_PROD_SECRET_ACCESS_KEY: 'stage',
  }
  const { code, stdout, stderr } = await operator.deploy(env)
  expect(code, stderr).toBe(0)
  expect(stdout).toContain(`account ${ACCOUNT}, as arn:aws:iam::${ACCOUNT}:user/test\n`)
  expect([...operator.aws.signers]).toEqual([ACCESS_KEY])
})

describe.each([['deploy'], ['provision'], ['restore'], ['doctor']])('%s', (command) => {
  const argv = command === 'doctor' ? [command] : [command, '--yes']

  test.for([
    [
      'prodd',
      'the AWS configuration contains no profile prodd (AWS_PROFILE) or no credentials for it: aws configure',
    ],
    [
      'sso',
      'the profile sso provides no credentials: The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login with the corresponding profile. (aws sso login --profile sso)',
    ],
    ['', 'no AWS credentials found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
  ])(
    `${command} without credentials from the profile "%s" answers: %s`,
    async ([profile, line = ''], { operator }) => {
      const env = { ...withConfiguration(operator.folder), AWS_PROFILE: profile }
      const { code, stderr } = await operator.anyCommand(argv, { env })
      expect(code).toBe(command === 'doctor' ? 2 : 1)
      expect(stderr).toContain(line)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    },
  )
})

test('deploy uses AWS even if the environment sets a DynamoDB, and shows where clients are read', async ({
  operator,
  engine,
}) => {
  const { code, stderr } = await operator.deploy({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint })
  expect([code, stderr]).toEqual([
    0,
    `AWS_ENDPOINT_URL_DYNAMODB is set: registered clients are read at ${engine.endpoint}\n`,
  ])
  expect(operator.account.stacks.get(MAIN)?.status).toBe('CREATE_COMPLETE')
})

test.for([['deploy'], ['provision'], ['restore']])(
  '%s refuses an empty --endpoint, which an unset variable causes',
  async ([command = ''], { operator }) => {
    const { code, stderr } = await operator.anyCommand([command, '--yes', '--endpoint', ''])
    expect([code, stderr]).toEqual([
      1,
      `${command}: --endpoint must be the URL of a DynamoDB on this machine\n`,
    ])
    expect(operator.calls).toEqual([])
  },
)

const NOT_AWS = /^the tables are not on AWS but at http:\/\/127.0.0.1:1 \(AWS_ENDPOINT_URL_DYNAMODB\)\n/

test.for([['provision'], ['restore']])(
  '%s with a DynamoDB of the environment first reports that it is not AWS',
  async ([command = ''], { operator }) => {
    const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }
    const { stderr } = await operator.anyCommand([command, '--yes'], { env })
    expect(stderr).toMatch(NOT_AWS)
    expect(operator.calls).toEqual([])
  },
)

test('doctor with a DynamoDB of the environment first reports that it is not AWS', async ({ operator }) => {
  const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }
  expect((await operator.anyCommand(['doctor'], { env })).stderr).toMatch(NOT_AWS)
})

test.for([['provision'], ['restore'], ['audit-log'], ['rollback'], ['doctor']])(
  '%s first shows that another endpoint takes its calls',
  async ([command = ''], { operator }) => {
    const line = `not AWS: all calls go to ${operator.aws.environment.AWS_ENDPOINT_URL} (AWS_ENDPOINT_URL)\n`
    const isAsking = command !== 'doctor' && command !== 'audit-log'
    const ran = await operator.anyCommand([command, ...(isAsking ? ['--yes'] : [])])
    expect(ran.stdout.startsWith(line)).toBe(true)
    if (command === 'rollback') return
    const json = await operator.anyCommand([command, '--json', ...(isAsking ? ['--yes'] : [])])
    expect([json.stdout.includes(line), json.stderr.startsWith(line)]).toEqual([false, true])
  },
)

test('deploy shows that another endpoint takes its calls, and a page of a proxy is not taken for an answer of AWS', async ({
  operator,
}) => {
  const endpoint = operator.aws.environment.AWS_ENDPOINT_URL
  expect((await operator.run(['--plan'])).stdout).toContain(
    `not AWS: all calls go to ${endpoint} (AWS_ENDPOINT_URL)\n`,
  )
  const proxy = createServer((_, response) => response.writeHead(400).end('<html>Log in first</html>'))
  const { port, close } = await listen(proxy)
  onTestFinished(close)
  const env = { AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}` }
  expect((await operator.run(['--plan'], { env })).stdout).toContain(
    'this is not an answer of AWS (status 400)',
  )
})

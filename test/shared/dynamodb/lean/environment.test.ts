import { describe, expect, test } from 'vitest'
import { placeFromEnvironment } from '../../../../shared/dynamodb/lean/environment.ts'

const LAMBDA = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
}

test('the place is what the environment of a Lambda function names', () => {
  const { region, endpoint, credentials } = placeFromEnvironment(LAMBDA)
  expect({ region, endpoint: endpoint.href, credentials: credentials() }).toEqual({
    region: 'eu-central-1',
    endpoint: 'https://dynamodb.eu-central-1.amazonaws.com/',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
  })
})

test('credentials are those that the environment has at each call', () => {
  const environment: NodeJS.ProcessEnv = { ...LAMBDA }
  const { credentials } = placeFromEnvironment(environment)
  environment['AWS_SESSION_TOKEN'] = 'another session'
  expect(credentials().sessionToken).toBe('another session')
})

test.each([
  [{ AWS_REGION: 'cn-north-1' }, 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:8000' }, 'http://127.0.0.1:8000/'],
  [
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_DYNAMODB: 'http://[::1]:2' },
    'http://[::1]:2/',
  ],
  [
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    'https://dynamodb.eu-central-1.amazonaws.com/',
  ],
])('with %j the endpoint is %s', (more, expected) => {
  expect(placeFromEnvironment({ ...LAMBDA, ...more }).endpoint.href).toBe(expected)
})

test('without a session token none is sent', () => {
  const { credentials } = placeFromEnvironment({ ...LAMBDA, AWS_SESSION_TOKEN: '' })
  expect(credentials().sessionToken).toBeUndefined()
})

describe('refused by name', () => {
  test.each([
    [{ AWS_USE_FIPS_ENDPOINT: 'true' }, 'AWS_USE_FIPS_ENDPOINT'],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'AWS_USE_DUALSTACK_ENDPOINT'],
    [{ NODE_USE_ENV_PROXY: '1' }, 'NODE_USE_ENV_PROXY'],
    [{ AWS_REGION: '' }, 'AWS_REGION'],
    [{ AWS_ACCESS_KEY_ID: '' }, 'AWS_ACCESS_KEY_ID'],
    [{ AWS_SECRET_ACCESS_KEY: '' }, 'AWS_SECRET_ACCESS_KEY'],
    [{ AWS_SESSION_TOKEN: 'session\r\nhost: another' }, 'AWS_SESSION_TOKEN'],
  ])('an environment with %j', (more, named) => {
    expect(() => placeFromEnvironment({ ...LAMBDA, ...more })).toThrow(named)
  })
})

import type { Credentials } from './signature.ts'

export interface Place {
  readonly region: string
  readonly endpoint: URL
  /** Read at each call, because a session's credentials are replaced. */
  readonly credentials: () => Credentials
}

/** Settings of the SDK that would change where calls go, or who makes them, and that this client does not follow. */
const NOT_FOLLOWED = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'NODE_USE_ENV_PROXY'] as const

/**
 * Where DynamoDB is, and the credentials, as Lambda's environment has them.
 *
 * @throws Error that names the variable which is missing, or which only the SDK follows
 */
export function placeFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Place {
  const followed = (name: string) => ['', 'false', '0', undefined].includes(environment[name])
  const unsupported = NOT_FOLLOWED.filter((name) => !followed(name))
  if (unsupported.length > 0) {
    throw new Error(`environment: ${unsupported.join(', ')} need "dynamodbClient": "sdk"`)
  }
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION']
  if (region === undefined || region === '') throw new Error('environment: AWS_REGION is missing')
  const credentials = () => credentialsFrom(environment)
  credentials()
  return { region, endpoint: endpointFrom(environment, region), credentials }
}

function credentialsFrom(environment: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID']
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      'environment: AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing; other sources of credentials need "dynamodbClient": "sdk"',
    )
  }
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined }
}

function endpointFrom(environment: NodeJS.ProcessEnv, region: string): URL {
  const isIgnored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true'
  const given = isIgnored
    ? undefined
    : environment['AWS_ENDPOINT_URL_DYNAMODB'] || environment['AWS_ENDPOINT_URL']
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return new URL(given || `https://dynamodb.${region}.${suffix}`)
}

import type { AwsCredentials } from './signature.ts'

/** The address of DynamoDB, and the credentials for it. */
export interface Place {
  readonly region: string
  readonly endpoint: URL
  /** They are read again if DynamoDB refuses them, because session credentials expire. */
  readonly credentials: () => AwsCredentials
}

/** Variables that would make the SDK send calls elsewhere. This client does not follow them. */
const SDK_VARIABLES = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'NODE_USE_ENV_PROXY']
const SDK_ADVICE = 'for that, certbound.jsonc needs "dynamodbClient": "sdk"'

/** Reads the variables that Lambda sets. @throws Error that names the variable that is missing or not followed */
export function placeFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Place {
  const read = (name: string) => {
    const value = environment[name]
    // It becomes a part of a header.
    if (/[^ -~]/.test(value ?? ''))
      throw new Error(`environment: ${name} has a character that is not printable`)
    return value === '' ? undefined : value
  }
  const set = SDK_VARIABLES.filter((name) => !['0', 'false', undefined].includes(read(name)))
  if (set.length > 0) throw new Error(`environment: ${set.join(', ')} is set; ${SDK_ADVICE}`)
  const region = read('AWS_REGION') ?? read('AWS_DEFAULT_REGION')
  if (region === undefined) throw new Error('environment: AWS_REGION is missing')
  const isIgnored = read('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') === 'true'
  const given = isIgnored ? undefined : (read('AWS_ENDPOINT_URL_DYNAMODB') ?? read('AWS_ENDPOINT_URL'))
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const endpoint = new URL(given ?? `https://dynamodb.${region}.${suffix}`)
  const credentials = () => credentialsFrom(read)
  credentials()
  return { region, endpoint, credentials }
}

function credentialsFrom(read: (name: string) => string | undefined): AwsCredentials {
  const [accessKeyId, secretAccessKey] = [read('AWS_ACCESS_KEY_ID'), read('AWS_SECRET_ACCESS_KEY')]
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, sessionToken: read('AWS_SESSION_TOKEN') }
  const missing = 'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing, and no other source is read'
  throw new Error(`environment: ${missing}; ${SDK_ADVICE}`)
}

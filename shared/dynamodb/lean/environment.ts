import type { Credentials } from './signature.ts'

export interface Place {
  readonly region: string
  readonly endpoint: URL
  /** Read again when DynamoDB refuses them, because those of a session end. */
  readonly credentials: () => Credentials
}

/** Variables by which the SDK would send calls elsewhere, and which this client does not follow. */
const ONLY_SDK = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'NODE_USE_ENV_PROXY']
const BY_SDK = 'for that, certbound.jsonc needs "dynamodbClient": "sdk"'

/** Where DynamoDB is, and the credentials, as Lambda names them. @throws Error that names the variable which is missing or not followed */
export function placeFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Place {
  const read = (name: string) => {
    const value = environment[name]
    // It becomes a part of a header.
    if (/[^ -~]/.test(value ?? ''))
      throw new Error(`environment: ${name} has a character that is not printable`)
    return value === '' ? undefined : value
  }
  const set = ONLY_SDK.filter((name) => !['0', 'false', undefined].includes(read(name)))
  if (set.length > 0) throw new Error(`environment: ${set.join(', ')} is set; ${BY_SDK}`)
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

function credentialsFrom(read: (name: string) => string | undefined): Credentials {
  const [accessKeyId, secretAccessKey] = [read('AWS_ACCESS_KEY_ID'), read('AWS_SECRET_ACCESS_KEY')]
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, sessionToken: read('AWS_SESSION_TOKEN') }
  const missing = 'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing, and no other source is read'
  throw new Error(`environment: ${missing}; ${BY_SDK}`)
}

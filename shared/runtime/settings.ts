import * as z from 'zod/mini'
import { isBaseUrl } from '../resource-url.ts'
import type { Immutable } from '../immutable.ts'

const list = z.pipe(
  z._default(z.string(), ''),
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
)

/** `a1b2c3d4e5=https://accounts.example.com`: the identifier of an API, and the URL that clients were given for it. */
const resourceUrls = z.pipe(
  list.check(
    z.refine((entries) => entries.every((entry) => isBaseUrl(urlOf(entry)) && entry.indexOf('=') > 0)),
  ),
  z.transform((entries) =>
    entries.map((entry) => ({ apiId: entry.slice(0, entry.indexOf('=')), url: urlOf(entry) })),
  ),
)
const urlOf = (entry: string) => entry.slice(entry.indexOf('=') + 1)

/** Only decimal digits: `Number` would also accept `0x10`, `1e3` and spaces. */
const whole = z.pipe(z.string().check(z.regex(/^[0-9]+$/)), z.transform(Number))

const yesOrNo = z.pipe(
  z._default(z.enum(['true', 'false']), 'false'),
  z.transform((text) => text === 'true'),
)

const Environment = z.object({
  REGISTRY_TABLE: z.string().check(z.minLength(3)),
  GRANTS_TABLE: z.string().check(z.minLength(3)),
  SERVICE_ID: z.optional(z.pipe(whole, z.number().check(z.int(), z.positive()))),
  MTLS_DOMAINS: list,
  API_IDS: list,
  RESOURCE_URLS: resourceUrls,
  OAUTH_ON_MTLS_ONLY: yesOrNo,
  REGISTRY_CACHE_SECONDS: z._default(z.pipe(whole, z.number().check(z.maximum(3600))), 10),
  DYNAMODB_CLIENT: z._default(z.enum(['lean', 'sdk']), 'lean'),
  LOG_LEVEL: z._default(z.enum(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
})

/** The environment variables that are read. All others are ignored. */
export const VARIABLES = Object.keys(Environment.shape) as Variable[]
export type Variable = keyof typeof Environment.shape

/** The settings of a deployment, read once at cold start. */
export type Settings = Immutable<ReturnType<typeof settingsOf>>

/** @throws Error that names the variables which are missing or wrong, never their values */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): Settings {
  // A template sets a variable without a value to the empty string.
  const given = Object.entries(environment).filter(([, value]) => value !== '')
  const parsed = Environment.safeParse(Object.fromEntries(given))
  if (parsed.success) return settingsOf(parsed.data)
  const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]
  throw new Error(`environment: ${names.join(', ')} missing or invalid`)
}

function settingsOf(environment: z.infer<typeof Environment>) {
  return {
    registryTable: environment.REGISTRY_TABLE,
    grantsTable: environment.GRANTS_TABLE,
    /** The `apiKey` of the service of the OAuth face. */
    serviceId: environment.SERVICE_ID,
    /** A certificate is read only from events whose domain is listed here and whose API is in `apiIds`. */
    mtlsDomains: environment.MTLS_DOMAINS,
    apiIds: environment.API_IDS,
    /** For the authorizer: the URLs of the APIs whose requests may have a DPoP proof. */
    resourceUrls: environment.RESOURCE_URLS,
    /** On other domains the OAuth endpoints answer 404; the public documents are on all of them. */
    oauthOnMtlsOnly: environment.OAUTH_ON_MTLS_ONLY,
    registryCacheSeconds: environment.REGISTRY_CACHE_SECONDS,
    /** The client of DynamoDB: this project's own (shared/dynamodb/lean) or the AWS SDK. */
    dynamodbClient: environment.DYNAMODB_CLIENT,
    logLevel: environment.LOG_LEVEL,
  }
}

/**
 * Checks the settings that a function with OAuth routes needs. With an empty list no client would have a certificate.
 *
 * @returns the `apiKey` of the service of the OAuth face
 * @throws Error that names the variable
 */
export function requireOAuthSettings(settings: Settings): number {
  if (settings.serviceId === undefined) throw new Error('environment: SERVICE_ID missing')
  if (settings.mtlsDomains.length === 0) throw new Error('environment: MTLS_DOMAINS is empty')
  if (settings.apiIds.length === 0) throw new Error('environment: API_IDS is empty')
  return settings.serviceId
}

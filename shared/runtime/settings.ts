import * as z from 'zod/mini'
import { isBaseUrl } from '../resource-url.ts'
import type { Immutable } from '../immutable.ts'

const CACHE_RULE = 'must be a whole number from 0 to 3600'
const AUDIT_RULE = 'must be a whole number of days from 1 to 3660'

const string = z.string()
const number = z.number()

/** The settings that an operator chooses in certbound.jsonc. In the environment of a function their values are texts. */
export const CHOICES = {
  registryCacheSeconds: z._default(
    number.check(z.int(CACHE_RULE), z.minimum(0, CACHE_RULE), z.maximum(3600, CACHE_RULE)),
    10,
  ),
  dynamodbClient: z._default(z.enum(['lean', 'sdk']), 'lean'),
  logLevel: z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
  auditDays: z._default(
    number.check(z.int(AUDIT_RULE), z.minimum(1, AUDIT_RULE), z.maximum(3660, AUDIT_RULE)),
    400,
  ),
}

/** Accepts only decimal digits: `Number` would also accept `0x10`, `1e3` and spaces. */
const whole = z.pipe(string.check(z.regex(/^[0-9]+$/)), z.transform(Number))

const optionalWhole = z.optional(whole)
const tableName = string.check(z.minLength(3))

const entries = z.pipe(
  string,
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
)

const list = z._default(entries, [])

/** The identifier of an API, and the URL under which clients know it: `a1b2c3d4e5=https://accounts.example.com`. */
const resourceUrl = z.pipe(
  string.check(z.refine((entry) => entry.indexOf('=') > 0 && isBaseUrl(urlOf(entry)))),
  z.transform((entry) => ({ apiId: entry.slice(0, entry.indexOf('=')), url: urlOf(entry) })),
)
const urlOf = (entry: string) => entry.slice(entry.indexOf('=') + 1)

/** The settings of a function. In the environment each has its name in capitals: `REGISTRY_TABLE` for `registryTable`. */
export const Settings = z.object({
  registryTable: tableName,
  grantsTable: tableName,
  auditTable: tableName,
  /** The `apiKey` of the service of the OAuth face. */
  serviceId: z.optional(z.pipe(whole, number.check(z.int(), z.positive()))),
  /** A certificate is read only from events whose domain is listed here and whose API is in `apiIds`. */
  mtlsDomains: list,
  apiIds: list,
  /** For the authorizer: the URLs of the APIs whose requests may have a DPoP proof. */
  resourceUrls: z._default(z.pipe(entries, z.array(resourceUrl)), []),
  /** Whether the OAuth endpoints answer 404 on other domains. The public documents are on all domains. */
  oauthOnMtlsOnly: z._default(
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((text) => text === 'true'),
    ),
    false,
  ),
  registryCacheSeconds: z.pipe(optionalWhole, CHOICES.registryCacheSeconds),
  /** The client of DynamoDB: this project's own (shared/dynamodb/lean) or the AWS SDK. */
  dynamodbClient: CHOICES.dynamodbClient,
  logLevel: z.union([CHOICES.logLevel, z.literal('silent')]),
  /** How long the records of changes are kept. */
  auditDays: z.pipe(optionalWhole, CHOICES.auditDays),
})

/** The settings of a deployment, read once at cold start. */
export type Settings = Immutable<z.output<typeof Settings>>

/** The environment variable of a setting. */
export function variableOf(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** @throws Error that names the variables that are missing or wrong, never their values */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.keys(Settings.shape).map((name) => [name, environment[variableOf(name)]] as const)
  // A template sets a variable without a value to the empty string.
  const parsed = Settings.safeParse(Object.fromEntries(given.filter(([, value]) => (value ?? '') !== '')))
  if (parsed.success) return parsed.data
  const names = parsed.error.issues.map(({ path: [name] }) => variableOf(String(name)))
  throw new Error(`environment: ${[...new Set(names)].join(', ')} missing or invalid`)
}

/**
 * Checks the settings that a function with OAuth routes needs. With an empty list no client would have a certificate.
 *
 * @returns the `apiKey` of the service of the OAuth face
 * @throws Error that names the variable
 */
export function requireOAuthSettings(settings: Settings): number {
  if (settings.serviceId === undefined) throw new Error('environment: SERVICE_ID is missing')
  if (settings.mtlsDomains.length === 0) throw new Error('environment: MTLS_DOMAINS is empty')
  if (settings.apiIds.length === 0) throw new Error('environment: API_IDS is empty')
  return settings.serviceId
}

import * as z from 'zod/mini'

const list = z.pipe(
  z._default(z.string(), ''),
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
)

/** Decimal digits alone: `Number` would also take `0x10`, `1e3` and spaces. */
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
  OAUTH_ON_MTLS_ONLY: yesOrNo,
  REGISTRY_CACHE_SECONDS: z._default(z.pipe(whole, z.number().check(z.maximum(3600))), 10),
  LOG_LEVEL: z._default(z.enum(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
})

/** The variables of the environment that are read; all others are ignored. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape)

/** What a deployment says of itself, read once at cold start. */
export interface Settings {
  readonly registryTable: string
  readonly grantsTable: string
  /** The service of the OAuth face; its issuer is in its own record. */
  readonly serviceId: number | undefined
  /** Only an event from one of these domains and one of these APIs brings a certificate. */
  readonly mtlsDomains: readonly string[]
  readonly apiIds: readonly string[]
  /** The OAuth endpoints answer 404 elsewhere; the public documents do not. */
  readonly oauthOnMtlsOnly: boolean
  readonly registryCacheSeconds: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** @throws Error that names the variables which are missing or wrong, never their values */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): Settings {
  // What a template has no value for it leaves empty, not out.
  const given = Object.entries(environment).filter(([, value]) => value !== '')
  const parsed = Environment.safeParse(Object.fromEntries(given))
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]
    throw new Error(`environment: ${names.join(', ')} missing or not usable`)
  }
  const { data } = parsed
  return {
    registryTable: data.REGISTRY_TABLE,
    grantsTable: data.GRANTS_TABLE,
    serviceId: data.SERVICE_ID,
    mtlsDomains: data.MTLS_DOMAINS,
    apiIds: data.API_IDS,
    oauthOnMtlsOnly: data.OAUTH_ON_MTLS_ONLY,
    registryCacheSeconds: data.REGISTRY_CACHE_SECONDS,
    logLevel: data.LOG_LEVEL,
  }
}

/**
 * Without these a function with OAuth routes must not start: an empty list would make every client look as if it had
 * no certificate, and no service would be there to answer for.
 *
 * @returns the service of the OAuth face
 * @throws Error that names the variable
 */
export function requireOAuthSettings(settings: Settings): number {
  if (settings.serviceId === undefined) throw new Error('environment: SERVICE_ID missing')
  if (settings.mtlsDomains.length === 0) throw new Error('environment: MTLS_DOMAINS is empty')
  if (settings.apiIds.length === 0) throw new Error('environment: API_IDS is empty')
  return settings.serviceId
}

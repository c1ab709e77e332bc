import { readFile } from 'node:fs/promises'
import ts from 'typescript'
import * as z from 'zod/mini'

/** What CloudWatch offers. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]

const text = (pattern: RegExp, wanted: string) => z.string().check(z.regex(pattern, wanted))
const count = (wanted: string) => z.number().check(z.int(wanted), z.positive(wanted))

const domainName = text(
  /^(?=.{4,64}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
  'wants a domain name in lower case, such as auth.example.com',
)
const certificateArn = text(
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]+$/,
  'wants the ARN of a certificate in ACM: arn:aws:acm:REGION:ACCOUNT:certificate/ID',
)
const issuer = text(
  /^https:\/\/[^\s?#]*[^\s?#/]$/,
  'wants an https URL without a query, a fragment or a slash at its end (RFC 8414)',
)

/** The settings of one deployment. Where they come from: certbound.example.jsonc, which says what each is for. */
const Settings = z.strictObject({
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'wants a Region, such as eu-central-1'),
  stage: text(
    /^[a-z][a-z0-9-]{0,19}$/,
    'wants up to 20 lower-case letters, digits and hyphens, such as prod',
  ),
  mtlsDomain: z.strictObject({
    name: domainName,
    certificateArn,
    ownershipCertificateArn: z.optional(certificateArn),
  }),
  plainDomain: z.strictObject({ name: domainName, certificateArn }),
  mtlsOnly: z._default(z.boolean(), true),
  /** The APIs that functions/authorizer guards. */
  resourceServers: z._default(
    z.array(
      z.strictObject({
        mtlsDomain: domainName,
        apiId: text(/^[a-z0-9]{10}$/, 'wants the identifier of an API, such as a1b2c3d4e5'),
      }),
    ),
    [],
  ),
  trustStore: z.array(z.string()).check(z.minLength(1, 'wants at least one PEM file')),
  /** Under Authlete's names; provisioning has the rules for them. */
  service: z.looseObject({ issuer }),
  clients: z._default(
    z.array(
      z.looseObject({ clientIdAlias: z.string().check(z.minLength(1, 'wants a name for the client')) }),
    ),
    [],
  ),
  alarms: z._default(
    z.strictObject({
      email: z.optional(text(/^[^\s@]+@[^\s@]+$/, 'wants an e-mail address')),
      refusals: z._default(count('wants a number of refusals in five minutes'), 100),
    }),
    { refusals: 100 },
  ),
  throttle: z._default(
    z.strictObject({ rate: count('wants requests a second'), burst: count('wants a number of requests') }),
    { rate: 100, burst: 200 },
  ),
  registryCacheSeconds: z._default(
    z
      .number()
      .check(
        z.int('wants whole seconds'),
        z.minimum(0, 'wants 0 to 3600'),
        z.maximum(3600, 'wants 0 to 3600'),
      ),
    10,
  ),
  logRetentionDays: z._default(z.literal(RETENTION_DAYS), 90),
  logLevel: z._default(z.enum(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
})
export type DeploymentSettings = z.infer<typeof Settings>

/**
 * @returns the settings, or everything that is wrong with the file: one line each, naming the setting
 */
export async function readDeployment(file: string): Promise<DeploymentSettings | readonly string[]> {
  const content = await textOf(file)
  if (content === undefined) {
    return [
      `${file} is not there: copy certbound.example.jsonc and fill it in, or name another with --settings`,
    ]
  }
  const parsed: { config?: unknown; error?: ts.Diagnostic } = ts.parseConfigFileTextToJson(file, content)
  if (parsed.error !== undefined) return [syntaxError(file, content, parsed.error)]
  const checked = Settings.safeParse(parsed.config)
  if (!checked.success) return checked.error.issues.flatMap((issue) => complaints(file, issue, parsed.config))
  const wrong = contradictions(checked.data)
  return wrong.length === 0 ? checked.data : wrong.map((complaint) => `${file}: ${complaint}`)
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${file} cannot be read`, { cause: error })
  }
}

function syntaxError(file: string, content: string, { start = 0, messageText }: ts.Diagnostic): string {
  const line = content.slice(0, start).split('\n').length
  return `${file}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
}

function complaints(file: string, issue: z.core.$ZodIssue, config: unknown): string[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${file}: ${[...path, key].join('.')} is no setting`)
  }
  const value = path.reduce<unknown>(
    (at, name) => (at as Record<string, unknown> | undefined)?.[name],
    config,
  )
  if (value === undefined) return [`${file}: ${path.join('.')} is missing`]
  const isOurs = issue.message !== 'Invalid input'
  const told = isOurs
    ? issue.message
    : issue.code === 'invalid_value'
      ? 'has a value that is not offered'
      : 'has a wrong type'
  return [`${file}: ${path.join('.') || 'the file'} ${told}`]
}

/** What no setting shows by itself. */
function contradictions({ region, mtlsDomain, plainDomain, clients }: DeploymentSettings): string[] {
  const arns = {
    'mtlsDomain.certificateArn': mtlsDomain.certificateArn,
    'mtlsDomain.ownershipCertificateArn': mtlsDomain.ownershipCertificateArn,
    'plainDomain.certificateArn': plainDomain.certificateArn,
  }
  const elsewhere = Object.entries(arns).filter(
    ([, arn]) => arn !== undefined && arn.split(':')[3] !== region,
  )
  const aliases = clients.map(({ clientIdAlias }) => clientIdAlias)
  const twice = aliases.filter((alias, index) => aliases.indexOf(alias) < index)
  return [
    ...elsewhere.map(
      ([name]) => `${name} is of another Region than ${region}: Regional domains take their own alone`,
    ),
    ...(mtlsDomain.name === plainDomain.name ? ['mtlsDomain.name and plainDomain.name are the same'] : []),
    ...(twice.length > 0 ? ['clients: two have the same clientIdAlias'] : []),
  ]
}

import { hash } from 'node:crypto'
import * as z from 'zod/mini'
import { CHOICES } from '../../../shared/runtime/settings.ts'
import { isBaseUrl } from '../../../shared/resource-url.ts'
import { AlarmSettings } from './alarm-settings.ts'
import { CrlSettings } from './crl-settings.ts'
import { NUMBER_LIMIT, SMALLEST_NUMBER } from '../../../shared/store/identity.ts'

/** The retention periods of CloudWatch (API_PutRetentionPolicy). */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const text = (pattern: RegExp, rule: string) => z.string().check(z.regex(pattern, rule))
const count = (rule: string) => z.number().check(z.int(rule), z.positive(rule))
const RESERVED_RULE = 'must be a number of concurrent executions'

const domainName = text(
  /^(?=.{4,64}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
  'must be a domain name in lower case, such as auth.example.com',
)
const certificateArn = text(
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]+$/,
  'must be the ARN of a certificate in ACM: arn:aws:acm:REGION:ACCOUNT:certificate/ID',
)
const hostedZoneId = text(
  /^Z[A-Z0-9]{1,31}$/,
  'must be the ID of a hosted zone in Route 53, such as Z0123456789ABC',
)
const tableName = text(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be the name of a DynamoDB table')
const issuer = text(
  /^https:\/\/[^\s?#]*[^\s?#/]$/,
  'must be an https URL without a query, a fragment or a slash at its end (RFC 8414)',
)

const baseUrl = z
  .string()
  .check(
    z.refine(
      isBaseUrl,
      'must be the https URL under which clients call the API, without a query, a fragment or a slash at its end',
    ),
  )

const limit = (rate: number, burst: number) => {
  const members = {
    rate: count('must be a number of requests per second'),
    burst: count('must be a number of concurrent requests'),
  }
  return z._default(z.strictObject(members), { rate, burst })
}

/** A domain has a certificate, or the stack makes one with the zone. The stack makes the DNS records with the zone, too. */
const served = { certificateArn: z.optional(certificateArn), hostedZoneId: z.optional(hostedZoneId) }

/** The settings of one deployment. `certbound.example.jsonc` explains each. */
export const Settings = z.strictObject({
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS Region, such as eu-central-1'),
  stage: text(
    /^[a-z][a-z0-9-]{0,19}$/,
    'must be up to 20 lower-case letters, digits and hyphens, such as prod',
  ),
  mtlsDomain: z.strictObject({
    name: domainName,
    ...served,
    ownershipCertificateArn: z.optional(certificateArn),
  }),
  plainDomain: z.strictObject({ name: domainName, ...served }),
  mtlsOnly: z._default(z.boolean(), true),
  /** The APIs that functions/authorizer protects. */
  resourceServers: z._default(
    z.array(
      z.strictObject({
        mtlsDomain: domainName,
        apiId: text(/^[a-z0-9]{10}$/, 'must be the identifier of an API, such as a1b2c3d4e5'),
        /** The base URL for clients. Without it, requests with DPoP proofs are refused. */
        url: z.optional(baseUrl),
      }),
    ),
    [],
  ),
  /** Existing tables, which replace those of the stack. A restore needs no other table of records. */
  tables: z.optional(
    z.strictObject({ registry: tableName, grants: tableName, audit: z.optional(tableName) }),
  ),
  trustStore: z.array(z.string()).check(z.minLength(1, 'must name at least one PEM file')),
  /** Further PEM files of the trust store. */
  clientCertificates: z._default(z.array(z.string()), []),
  /** Members with Authlete's names. `problemsOfSettings` checks them with the rules of the management API. */
  service: z.looseObject({ issuer }),
  clients: z._default(
    z.array(z.looseObject({ clientIdAlias: z.string().check(z.minLength(1, 'must be a name')) })),
    [],
  ),
  alarms: z.prefault(AlarmSettings, {}),
  /** The certificate lists by which certificates of clients are revoked. */
  crl: z.optional(CrlSettings),
  /** The limits of each route of a kind. All its callers share them, on the plain domain even those without a credential. */
  throttle: z.prefault(
    z.strictObject({
      oauth: limit(100, 200),
      webApi: limit(25, 50),
      management: limit(3, 20),
      documents: limit(40, 100),
    }),
    {},
  ),
  /** The executions that Lambda reserves for each function, keyed by its name in functions/. 0 stops the function. */
  concurrency: z._default(
    z.record(z.string(), z.number().check(z.int(RESERVED_RULE), z.minimum(0, RESERVED_RULE))),
    {},
  ),
  /** The settings of the functions' roles. */
  roles: z.optional(
    z.strictObject({
      path: z.optional(text(/^\/([\w+=,.@-]+\/)*$/, 'must be a path, such as /certbound/')),
      boundary: z.optional(
        text(/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/.+$/, 'must be the ARN of a policy of IAM'),
      ),
    }),
  ),
  /** Both stacks and all their resources get these tags. */
  tags: z._default(
    z.record(
      text(/^(?!aws:).{1,128}$/, 'must be a key of a tag'),
      text(/^.{0,256}$/, 'must be a value of a tag'),
    ),
    {},
  ),
  /** The role that CloudFormation acts as, in place of the caller. */
  cloudFormationRoleArn: z.optional(
    text(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/,
      'must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME',
    ),
  ),
  /** A key of KMS for the tables, the logs and the topic, in place of keys of AWS. */
  kmsKeyArn: z.optional(
    text(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
      'must be the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/ID',
    ),
  ),
  detailedMetrics: z._default(z.boolean(), false),
  ...CHOICES,
  logRetentionDays: z._default(z.literal(RETENTION_DAYS), 90),
})
export type DeploymentSettings = z.infer<typeof Settings>

const { service, clients, mtlsOnly, mtlsDomain, plainDomain } = Settings.shape
/** The settings that define the service and the clients. */
export const ManagedSettings = z.object({ service, clients, mtlsOnly, mtlsDomain, plainDomain })
export type ManagedSettings = z.infer<typeof ManagedSettings>

/**
 * The number of the deployment's service. It is derived from the issuer, because the functions must know it before the service exists. It is not secret.
 */
export function serviceNumber({ service }: Pick<DeploymentSettings, 'service'>): number {
  const number = hash('sha256', service.issuer, 'buffer').readUIntBE(0, 6)
  return SMALLEST_NUMBER + (number % (NUMBER_LIMIT - SMALLEST_NUMBER))
}

/** The certificates in ACM that the settings name, keyed by the name of the setting. */
export function certificateArns({
  mtlsDomain,
  plainDomain,
}: Pick<DeploymentSettings, 'mtlsDomain' | 'plainDomain'>): Record<string, string> {
  const all = {
    'mtlsDomain.certificateArn': mtlsDomain.certificateArn,
    'mtlsDomain.ownershipCertificateArn': mtlsDomain.ownershipCertificateArn,
    'plainDomain.certificateArn': plainDomain.certificateArn,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, arn]) => (arn === undefined ? [] : [[name, arn]])),
  )
}

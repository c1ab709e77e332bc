import type { LocalSite } from '../infra/examples/authorization-server/local-site.ts'
import { CLIENT_SETTINGS, type ContractSettings, SERVICE_SETTINGS } from '../support/contract-settings.ts'

/** The properties of the objects that Authlete's Java and Python clients send, with the values that mean "not set". */
type Unset = Readonly<Record<string, null | 0 | false>>

const DPOP = { dpop: null, htm: null, htu: null, dpopNonceRequired: false } as const
const ATTESTATION = {
  oauthClientAttestation: null,
  oauthClientAttestationPop: null,
  cimdOptions: null,
} as const
const CREDENTIALS = {
  parameters: null,
  clientId: null,
  clientSecret: null,
  clientCertificate: null,
  clientCertificatePath: null,
} as const
const EXTRAS = { properties: null, jwtAtClaims: null, accessToken: null, accessTokenDuration: 0 } as const

/** The requests, by their path below `/auth`. */
export const REQUESTS = {
  authorization: { parameters: null, context: null, cimdOptions: null },
  'authorization/issue': {
    ...{ ticket: null, subject: null, sub: null, authTime: 0, acr: null, claims: null, claimsForTx: null },
    ...{ verifiedClaimsForTx: null, idtHeaderParams: null, idTokenAudType: null, consentedClaims: null },
    ...{ scopes: null, authorizationDetails: null, ...EXTRAS },
  },
  'authorization/fail': { ticket: null, reason: null, description: null },
  'authorization/ticket/info': { ticket: null },
  'authorization/ticket/update': { ticket: null, info: null },
  token: { ...CREDENTIALS, ...EXTRAS, refreshTokenDuration: 0, ...DPOP, ...ATTESTATION },
  introspection: {
    ...{ token: null, scopes: null, subject: null, clientCertificate: null, ...DPOP, resources: null },
    ...{ acrValues: null, maxAge: 0, targetUri: null, uri: null, message: null, headers: null },
    ...{ requiredComponents: null, requestBodyContained: false },
  },
  'introspection/standard': {
    ...{ parameters: null, withHiddenProperties: false, rsUri: null, httpAcceptHeader: null },
    ...{ introspectionSignAlg: null, introspectionEncryptionAlg: null, introspectionEncryptionEnc: null },
    ...{ sharedKeyForSign: null, sharedKeyForEncryption: null, publicKeyForEncryption: null },
  },
  revocation: { ...CREDENTIALS, ...ATTESTATION },
  'token/create': {
    ...{ grantType: null, clientId: 0, clientIdentifier: null, subject: null, scopes: null },
    ...{ refreshToken: null, refreshTokenDuration: 0, accessTokenPersistent: false, ...EXTRAS },
    ...{ certificateThumbprint: null, dpopKeyThumbprint: null, clientIdAliasUsed: false, acr: null },
    ...{ authTime: 0, resources: null, authorizationDetails: null, forExternalAttachment: false },
  },
  'token/update': {
    ...{ accessToken: null, accessTokenHash: null, tokenId: null, accessTokenExpiresAt: 0 },
    ...{ refreshTokenExpiresAt: 0, scopes: null, properties: null, accessTokenPersistent: false },
    ...{ accessTokenExpiresAtUpdatedOnScopeUpdate: false, accessTokenValueUpdated: false },
    ...{ refreshTokenExpiresAtUpdatedOnScopeUpdate: false, certificateThumbprint: null },
    ...{ dpopKeyThumbprint: null },
  },
  'token/revoke': {
    ...{ accessTokenIdentifier: null, refreshTokenIdentifier: null, clientIdentifier: null, subject: null },
  },
} as const satisfies Record<string, Unset>

/** Matches names of properties that are flags, for properties without a value. */
const FLAG = /(Required|Enabled|Supported|Registered|Signed|Checked|Omitted|Rejected|Only|Used|Migration)$/

/** All settings of a client or a service, none set. */
function unset({ accepted, refused, readOnly }: ContractSettings): Unset {
  const valued = Object.entries(accepted).map(([name, value]) => [name, emptyLike(value)])
  const named = [...refused, ...readOnly].map((name) => [name, FLAG.test(name) ? false : null])
  return Object.fromEntries([...valued, ...named]) as Unset
}

const emptyLike = (value: unknown) =>
  typeof value === 'boolean' ? false : typeof value === 'number' ? 0 : null

export const CLIENT: Unset = {
  ...unset(CLIENT_SETTINGS),
  clientId: 0,
  number: 0,
  defaultMaxAge: 0,
}
export const SERVICE: Unset = { ...unset(SERVICE_SETTINGS), apiKey: 0, number: 0 }

/** Gson escapes what HTML could take for its own. */
const java = (members: object) =>
  JSON.stringify(members).replaceAll(/[=<>&']/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** `json.dumps`: a space after each comma and colon of an object, and nothing beyond ASCII. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, member]) => `${python(name)}: ${python(member)}`)
      .join(', ')}}`
  }
  return JSON.stringify(value).replaceAll(
    /[\x7f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Encodes each member as a property: arrays joined by spaces, unset members empty (Authlete contract, section 1.1). */
function form(members: object): string {
  const texts = Object.entries(members).map(([name, value]): [string, string] => {
    if (Array.isArray(value)) return [name, value.join(' ')]
    return [name, value === null ? '' : String(value)]
  })
  return new URLSearchParams(texts).toString()
}

const JSON_TYPE = 'application/json;charset=UTF-8'

export const WRITERS = {
  'Java, v2': { version: 2, write: java, type: JSON_TYPE },
  'Python, v3': { version: 3, write: python, type: 'application/json' },
  'forms, v2': { version: 2, write: form, type: 'application/x-www-form-urlencoded' },
  'forms, v3': { version: 3, write: form, type: 'application/x-www-form-urlencoded' },
} as const

export interface RawAnswer {
  readonly status: number
  readonly text: string
  readonly json: Record<string, unknown>
}

/** Sends requests as such a client does, over plain HTTP calls. */
export function rawClient({ webApiUrl, seeded }: LocalSite, name: keyof typeof WRITERS) {
  const { version, write, type } = WRITERS[name]
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const service =
    version === 2
      ? basic(seeded.serviceApiKey, seeded.serviceApiSecret)
      : `Bearer ${seeded.serviceAccessToken}`
  const owner =
    version === 2
      ? basic(seeded.serviceOwnerApiKey, seeded.serviceOwnerApiSecret)
      : `Bearer ${seeded.organizationAccessToken}`
  const base = version === 2 ? '/api' : `/api/${String(seeded.serviceId)}`

  async function send(
    method: string,
    path: string,
    authorization: string,
    body?: string,
    contentType = type,
  ) {
    const response = await fetch(`${webApiUrl}${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.status, text, json } satisfies RawAnswer
  }

  return {
    version,
    isForm: write === form,
    /** Every property of the request's object is sent. */
    call: (path: keyof typeof REQUESTS, members: object) =>
      send('POST', `${base}/auth/${path}`, service, write({ ...REQUESTS[path], ...members })),
    get: (path: string) => send('GET', `${base}${path}`, service),
    remove: (path: string) => send('DELETE', `${base}${path}`, service),
    /** Management takes only JSON. */
    post: (path: string, members: object) =>
      send('POST', `${base}${path}`, service, version === 2 ? java(members) : python(members), JSON_TYPE),
    asOwner: (method: string, path: string, members?: object) =>
      send(method, path, owner, members && java(members), JSON_TYPE),
  }
}

export type RawClient = ReturnType<typeof rawClient>

import { generateKeyPairSync } from 'node:crypto'
import openApi from '../../docs/openapi.json' with { type: 'json' }
import { CARRIED_BY_CLIENTS, CLIENT_RULES } from '../../functions/management/clients/settings-schema.ts'
import { CARRIED_BY_SERVICES, SERVICE_RULES } from '../../functions/management/services/settings-schema.ts'
import type { JsonSchema } from '../../infra/reference/json-schemas.ts'
import { certificatePem } from './vectors.ts'

/** The treatment of each setting of a service or of a client. */
export interface ContractSettings {
  /** Stored and returned, with a value to try. */
  readonly accepted: Readonly<Record<string, unknown>>
  /** The names of the accepted settings that have no effect. */
  readonly carried: readonly string[]
  /** Refused by name. */
  readonly refused: readonly string[]
  /** Ignored: only certbound sets them. */
  readonly readOnly: readonly string[]
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }

/** Values that the type of a setting does not suggest. */
const SERVICE_DESCRIPTIONS = {
  jwks: JSON.stringify({ keys: [{ ...jwk, ...privateKey.export({ format: 'jwk' }) }] }),
  ...{ accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: 'k', introspectionSignatureKeyId: 'k' },
  userInfoSignatureKeyId: 'k',
  idTokenSignatureKeyId: 'k',
  trustedRootCertificates: [certificatePem('ca-root')],
  clientCertificateIssuers: [certificatePem('ca-root')],
  clientCertificatesNotBefore: [{ issuerCertificate: certificatePem('ca-root'), notBefore: 60_000 }],
  tokensNotBefore: 60_000,
}
const CLIENT_DESCRIPTIONS = {
  clientCertificateIssuers: [certificatePem('ca-root')],
  jwks: JSON.stringify({ keys: [jwk] }),
  ...{ tokenAuthSignAlg: 'ES256', tlsClientAuthSubjectDn: 'CN=a', tlsClientAuthSanDns: 'a.example' },
  ...{ tlsClientAuthSanIp: '192.0.2.1', tlsClientAuthSanEmail: 'a@example.org' },
  extension: {
    ...{ requestableScopesEnabled: true, requestableScopes: ['read'] },
    ...{ accessTokenDuration: 60, refreshTokenDuration: 60, idTokenDuration: 60 },
  },
}

function samples(request: JsonSchema, special: Readonly<Record<string, unknown>>) {
  const names = Object.entries(request.properties ?? {})
  return Object.fromEntries(names.map(([name, schema]) => [name, special[name] ?? sample(schema)]))
}

/** A value that is not the default: defaults are the first or the empty ones. */
function sample({ type, enum: values, properties = {}, items, anyOf }: JsonSchema): unknown {
  const [inner] = anyOf ?? []
  if (inner !== undefined) return sample(inner)
  if (values !== undefined) return values.at(-1)
  if (items !== undefined) return [sample(items)]
  const members = Object.entries(properties).map(([name, member]) => [name, sample(member)])
  const ofType = { boolean: true, integer: 60, number: 60, object: Object.fromEntries(members) as unknown }
  return ofType[[type].flat()[0] as keyof typeof ofType] ?? 'https://as.example.com/x'
}

const { ServiceSettings, ClientSettings } = openApi.components.schemas as Record<string, JsonSchema>

export const SERVICE_SETTINGS: ContractSettings = {
  accepted: samples(ServiceSettings ?? {}, SERVICE_DESCRIPTIONS),
  carried: Object.keys(CARRIED_BY_SERVICES),
  refused: SERVICE_RULES.notOffered,
  readOnly: ['apiKey', 'apiSecret', 'number', 'serviceOwnerNumber', 'createdAt', 'modifiedAt'],
}

export const CLIENT_SETTINGS: ContractSettings = {
  accepted: samples(ClientSettings ?? {}, CLIENT_DESCRIPTIONS),
  carried: Object.keys(CARRIED_BY_CLIENTS),
  refused: CLIENT_RULES.notOffered,
  readOnly: [
    ...['clientId', 'clientSecret', 'number', 'serviceNumber', 'createdAt', 'modifiedAt'],
    ...['registrationAccessTokenHash', 'dynamicallyRegistered', 'derivedSectorIdentifier'],
    ...['trustChainExpiresAt', 'trustChainUpdatedAt'],
  ],
}

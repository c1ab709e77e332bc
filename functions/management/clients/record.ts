import { isStorable, parseJson } from '../../../shared/json.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { Client, type StoredClient } from '../../../shared/store/client.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { readListedAuthority } from '../authority.ts'
import { refuseTooLarge } from '../record-size.ts'
import { faultOfMethod } from './client-certificates.ts'
import type { ClientSettings, SettingsRequest } from './request.ts'
import { faultOfKeys, faultOfSettings, type Keys } from './rules.ts'
import { ClientJwkSet } from './settings-schema.ts'

/**
 * Checks the settings of a client and makes the members of its record from them. `carried` has the settings without an effect.
 *
 * @param before the client that the settings replace, or `undefined` for a new client
 * @throws Refusal client-…
 */
export async function readRecord(request: SettingsRequest, service: Service, before?: StoredClient) {
  const settings = withDefaults(request.settings, before)
  const keys = readKeys(settings.jwks)
  const fault =
    faultOfSettings(settings) ??
    faultOfKeys(keys, settings) ??
    (await faultOfMethod(keys, settings, service, before))
  if (fault !== undefined) throw new Refusal(fault[0], fault[1] === undefined ? {} : { named: fault[1] })
  const { extension, jwks, clientCertificateIssuers, ...members } = settings
  for (const text of clientCertificateIssuers ?? []) {
    const named = 'clientCertificateIssuers'
    readListedAuthority(text, new Refusal('client-value-unsupported', { named }))
  }
  const record = {
    ...members,
    ...(jwks === undefined || keys === undefined ? {} : { jwks: { keys: [...keys] } }),
    ...(extension === undefined ? {} : { extension }),
    ...(clientCertificateIssuers ? { clientCertificateIssuers } : {}),
    carried: request.carried,
  }
  refuseTooLarge(record, 'client-too-large')
  const { violations } = settingsOf(service, Client.parse({ ...record, clientId: before?.clientId ?? 0 }))
  if (violations.length > 0) throw new Refusal('client-not-fapi2', { named: violations.join(', ') })
  return record
}

function withDefaults(settings: ClientSettings, before: StoredClient | undefined): ClientSettings {
  const { clientIdAlias, clientType, tokenAuthMethod } = settings
  if (before === undefined) {
    // A confidential client that is created without a method must be able to use Basic (Authlete contract, section 3.2).
    const method = clientType === 'CONFIDENTIAL' ? 'CLIENT_SECRET_BASIC' : 'NONE'
    return { ...settings, tokenAuthMethod: tokenAuthMethod ?? method }
  }
  // Answers have the number in place of an absent alias, and callers send back the answers that they read.
  const alias = clientIdAlias === String(before.clientId) ? { clientIdAlias: undefined } : {}
  return { ...settings, ...alias, ...keptSettings(settings, before) }
}

/** The restrictions that an update keeps if it leaves them out: a caller that knows only Authlete's settings must not lift them. */
export function keptSettings(
  { fapi2, clientCertificateIssuers: issuers }: ClientSettings,
  before: StoredClient,
): Pick<StoredClient, 'fapi2' | 'clientCertificateIssuers'> {
  return {
    fapi2: fapi2 ?? before.fapi2,
    clientCertificateIssuers:
      issuers === undefined ? before.clientCertificateIssuers : (issuers ?? undefined),
  }
}

/** @returns `undefined` if the text is not a JWK Set, or if the store cannot keep it */
function readKeys(text: string | undefined): Keys {
  if (text === undefined) return []
  const set = parseJson(text)
  return isStorable(set) ? ClientJwkSet.safeParse(set).data?.keys : undefined
}

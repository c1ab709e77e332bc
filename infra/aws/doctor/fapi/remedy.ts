import OPEN_API from '../../../../docs/openapi.json' with { type: 'json' }
import type { StoredClient } from '../../../../shared/store/client.ts'
import { FAPI2, isAllowed, type Requirement, settingsOf } from '../../../../shared/store/profile.ts'
import type { StoredService } from '../../../../shared/store/service.ts'
import type { ProfileSubject } from './clause.ts'

const { ServiceSettings, ClientSettings } = OPEN_API.components.schemas
const WORDS: Readonly<Record<string, { readonly words: string }>> = {
  ...ClientSettings.properties.fapi2['x-requires'],
  ...ServiceSettings.properties.fapi2['x-requires'],
}

/** The settings of the service and of its clients that a clause requires. */
const SETTINGS = Object.entries<Requirement>({ ...FAPI2.client, ...FAPI2.service })

/** Whether the profile enforces the clause, so that it fails only if the profile is off or violated. */
export const isOfProfile = (id: string): boolean =>
  [...SETTINGS, ...Object.entries<Requirement>(FAPI2.requests)].some(([, { clause }]) => clause === id)

const setTo = (name: string) => `${name} (allowed: ${(WORDS[name]?.words ?? '').replaceAll('`', '')})`

/** The remedy for a clause that certbound or the profile enforces. */
const DEFECT =
  'the log line of the request contains a reason, which docs/reference.md explains (Refusals). Without a reason, this is a defect of certbound: report it (SECURITY.md)'

/** The remedies for clauses that depend on keys or on settings outside of the profile. */
const REMEDIES: Readonly<Record<string, string>> = {
  '5.2.1':
    'deploy both domains again (npm run deploy): their policy is TLS_1_2. Take away what accepts less in front of them. If one cannot be reached, check its DNS record, its port and its server certificate',
  '5.2.2':
    'API Gateway has no policy for these domains that holds: docs/threat-model.md (Weak cipher suites) names a front end that has one. If one cannot be reached, check its DNS record, its port and its server certificate',
  '5.3.2.1-1': 'provision the service, and set its issuer to the https URL of the plain domain',
  '5.3.2.2-4': 'the client is public: register it as CONFIDENTIAL, with a method that uses a key',
  '5.3.2.2-12': 'set pushedAuthReqDuration of the service to less than 600',
  '5.3.2.3': 'sign ID tokens with a key of the service for PS256, ES256 or EdDSA (docs/keys.md)',
  '5.4.1-2': 'sign with a key of at least 2048 bits, and remove the weak one later (docs/keys.md)',
  '5.4.1-3': 'sign with a key on P-256 or Ed25519, and remove the weak one later (docs/keys.md)',
  '5.4.2-1': 'set jwksUri of the service to its https URL',
  '5.4.2-3': 'give each key in jwks of the service a unique kid (docs/keys.md)',
}

/** The remedy for a clause that fails although the profile is on for the client. */
export function remedyOf(
  id: string,
  { service, client }: Pick<ProfileSubject, 'service' | 'client'>,
): string {
  const stored: Readonly<Record<string, unknown>> = { ...client, ...service }
  const names = SETTINGS.filter(
    ([name, { clause, allows }]) => clause === id && name in stored && !isAllowed(stored[name], allows),
  ).map(([name]) => name)
  if (names.length > 0) return `set ${names.map(setTo).join('; ')}`
  if (isOfProfile(id) && service?.fapi2 !== true)
    return 'set fapi2 of the service to true, because only the client has it'
  return REMEDIES[id] ?? DEFECT
}

/** The remedy if the profile is off or violated. */
export function remedyOfSwitch({ service, client, clients }: ProfileSubject): string {
  if (service === undefined) return 'provision the service'
  const isOn = settingsOf(service, client).isRetroactive
  if (isOn) return `set ${settingsOf(service, client).violations.map(setTo).join('; ')}`
  const future: StoredService = { ...service, fapi2: true }
  const settings = settingsOf(future).violations.map(setTo)
  const together = settings.length === 0 ? '' : `, and in the same change ${settings.join('; ')}`
  return `set fapi2 of the service to true (npm run console: Service > FAPI 2.0)${together}${refusedClients(future, clients)}`
}

function refusedClients(service: StoredService, clients: readonly StoredClient[]): string {
  const violating = clients.filter((client) =>
    settingsOf(service, client).violations.some((name) => name in FAPI2.client),
  )
  const names = violating.map(({ clientId, clientName }) => `${clientName ?? ''} (${clientId})`)
  return names.length === 0
    ? ''
    : `. Clients that violate the profile will be refused: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
}

import type { Members } from '../../web-api.ts'

export const BINDING_SWITCH = 'tlsClientCertificateBoundAccessTokens'

export interface ClientBinding {
  readonly isBound: boolean
  /** The reason, in a few words for a table. */
  readonly why: string
}

/** Whether the next access token of a client is bound to a certificate or a key (docs/architecture.md, section 4). */
export function clientBinding(service: Members, client: Members): ClientBinding {
  if (client['dpopRequired'] === true) return { isBound: true, why: 'to a key (DPoP)' }
  if (service['fapi2'] === true || client['fapi2'] === true) return { isBound: true, why: 'FAPI 2.0' }
  const isOn = [service[BINDING_SWITCH] === true, client[BINDING_SWITCH] === true]
  if (isOn[0] === true && isOn[1] === true) return { isBound: true, why: 'on for both' }
  if (isOn[0] === true) return { isBound: false, why: 'off for the client' }
  return { isBound: false, why: isOn[1] === true ? 'off for the service' : 'off for service and client' }
}

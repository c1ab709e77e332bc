import type { GrantKey } from './grant.ts'

/** The key of a client's state in the table of grants. */
export function stateId(service: number, client: number): string {
  return `${String(service)}.${String(client)}`
}

export function grantId({ service, client, grantId }: GrantKey): string {
  return `${stateId(service, client)}.${grantId}`
}

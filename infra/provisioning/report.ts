import type { Made, Present } from './provision.ts'

/** What is there, and what would be made. */
export function planLines(
  { owner, service, clients }: Present,
  number: number,
  aliases: readonly string[],
): string[] {
  const says = (isThere: boolean) => (isThere ? 'is there and stays as it is' : 'is made')
  return [
    `  service ${String(number)}: ${says(service !== undefined)}`,
    `  owner of the deployment: ${says(owner)}`,
    ...aliases.map((alias) => `  client ${alias}: ${says(clients.has(alias))}`),
  ]
}

/** Secrets for the eyes of who asked for them. */
export function madeLines({ owner, service, client }: Made): string[] {
  return [
    ...(service === undefined ? [] : [`service ${String(service.serviceId)}, issuer ${service.issuer}`]),
    ...(service?.credentials ?? []).map(({ role, secret }) => `  ${role.padEnd(12)}${secret}`),
    ...(owner === undefined
      ? []
      : [
          'owner of the deployment',
          `  key         ${owner.serviceOwnerApiKey}`,
          `  secret      ${owner.serviceOwnerApiSecret}`,
          `  token       ${owner.organizationAccessToken}`,
        ]),
    ...(client === undefined ? [] : [`client ${client.alias}: ${String(client.clientId)}`]),
    ...(client?.clientSecret === undefined ? [] : [`  secret      ${client.clientSecret}`]),
  ]
}

interface Named {
  readonly client: number
  readonly clientIdAlias?: string | undefined
}

/** `client_id` of the client of a grant: the alias, where the client was named by it. */
export function clientIdText({ client, clientIdAlias }: Named): string {
  return clientIdAlias ?? String(client)
}

import { CLIENT_CERTIFICATES } from '../../../infra/emulator/site/seed.ts'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import type { LocalSite } from '../examples/authorization-server/local-site.ts'

/** Gets a token of the confidential client over mutual TLS, so it is bound to the certificate of the connection. */
export async function tokenOverMutualTls(site: LocalSite, scope = ''): Promise<string> {
  const { clientId, clientSecret = '' } = site.seeded.clients[1]
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const form = `grant_type=client_credentials${scope === '' ? '' : `&scope=${scope}`}`
  const { text } = await mutualTlsRequest(
    `${site.mtlsUrl}/token`,
    site.identity(CLIENT_CERTIFICATES.CONFIDENTIAL),
    { form, headers: { authorization } },
  )
  return (JSON.parse(text) as { access_token: string }).access_token
}

/** The certificate of the token's holder, and one of another client of the same CA. */
export function holderAndThief({ certificates: { clients } }: LocalSite) {
  return {
    holder: clients[CLIENT_CERTIFICATES.CONFIDENTIAL].cert,
    thief: clients[CLIENT_CERTIFICATES.PUBLIC].cert,
  }
}

import { expect } from 'vitest'
import type { Opened } from './authlete-sdk.ts'

export const form = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()
export const contentOf = ({ responseContent = '' }: { responseContent?: string | undefined }) =>
  JSON.parse(responseContent) as Record<string, unknown>

export const SUBJECT = 'testuser01'

export async function ticketFrom(
  { service, serviceId, publicClient }: Opened,
  asked: Record<string, string> = {},
): Promise<string> {
  const { clientId: client_id, redirectUri: redirect_uri } = publicClient
  const answer = await service.authorization.processRequest({
    serviceId,
    authorizationRequest: {
      parameters: form({ response_type: 'code', client_id, redirect_uri, state: 's', ...asked }),
    },
  })
  expect(answer).toMatchObject({ action: 'INTERACTION', resultCode: 'A004001' })
  expect(answer.client?.clientId).toBe(Number(client_id))
  return answer.ticket ?? ''
}

async function codeFrom(opened: Opened, asked: Record<string, string>, idToken: object): Promise<string> {
  const { service, serviceId } = opened
  const answer = await service.authorization.issue({
    serviceId,
    authorizationIssueRequest: {
      ticket: await ticketFrom(opened, asked),
      subject: SUBJECT,
      properties: [{ key: 'tier', value: 'gold', hidden: true }],
      ...idToken,
    },
  })
  expect(answer).toMatchObject({ action: 'LOCATION', resultCode: 'A040001', accessTokenDuration: 0 })
  expect(new URL(answer.responseContent ?? '').searchParams.get('code')).toBe(answer.authorizationCode)
  return answer.authorizationCode ?? ''
}

/** The public client's tokens, bound to its certificate. */
export async function tokensFrom(opened: Opened, asked: Record<string, string> = {}, idToken: object = {}) {
  const { service, serviceId, publicClient, certificates } = opened
  const { clientId: client_id, redirectUri: redirect_uri } = publicClient
  const parameters = form({
    grant_type: 'authorization_code',
    code: await codeFrom(opened, asked, idToken),
    redirect_uri,
    client_id,
  })
  return service.token.process({
    serviceId,
    tokenRequest: { parameters, clientCertificate: certificates.public },
  })
}

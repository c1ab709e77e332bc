export interface WebApiAccess {
  readonly webApiUrl: string
  readonly serviceApiKey: string
  readonly serviceApiSecret: string
}

/** The members of an answer that a front end reads (docs/authlete-contract.md, sections 2.1 to 2.12). `action` decides what it does. */
export interface WebApiAnswer {
  readonly action: string
  readonly responseContent?: string
  readonly ticket?: string
  /** The value of the header `DPoP-Nonce`. */
  readonly dpopNonce?: string
  readonly client?: { readonly clientId: number; readonly clientName?: string }
  readonly scopes?: readonly { readonly name: string; readonly description?: string }[]
  readonly prompts?: readonly string[]
  /** The limit in seconds; 0 if the request sets none. */
  readonly maxAge?: number
  readonly subject?: string
  /** Whether the login must satisfy one of the authentication context classes that the client names. */
  readonly acrEssential?: boolean
  /** The names of the claims that the client requests in the ID token. */
  readonly claims?: readonly string[]
}

export type WebApi = (path: string, call: object) => Promise<WebApiAnswer>

const TIMEOUT_MILLISECONDS = 10_000

/** Makes calls of the Web API, version 2 (Basic). They reject if the call itself is refused or fails. */
export function webApiClient({ webApiUrl, serviceApiKey, serviceApiSecret }: WebApiAccess): WebApi {
  const basic = Buffer.from(`${serviceApiKey}:${serviceApiSecret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/json' }
  return async (path, call) => {
    const answer = await fetch(`${webApiUrl}/api${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(call),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    })
    if (!answer.ok) throw new Error(`${path} of the Web API answered ${answer.status}`)
    return (await answer.json()) as WebApiAnswer
  }
}

import type { Received } from './gateway.ts'

/** `responseContent` of a Web API answer. */
export function contentOf({ json }: Received): Record<string, unknown> {
  return JSON.parse(json['responseContent'] as string) as Record<string, unknown>
}

/** The members that the client gets: `responseContent` of the Web API, or the answer of the OAuth face itself. */
export function contentIn(answer: Received): Readonly<Record<string, unknown>> {
  return typeof answer.json['responseContent'] === 'string' ? contentOf(answer) : answer.json
}

export function tokensOf(answer: Received) {
  const content = contentOf(answer)
  return { access: content['access_token'] as string, refresh: content['refresh_token'] as string }
}

/** A Web API answer in short: `BAD_REQUEST A050305 invalid_grant`, `OK A050001`. */
export function outcome({ status, json }: Received): string {
  const { action = status, resultCode, responseContent } = json as Record<string, string | undefined>
  const error = /"?error"?[=:]"(\w+)"|[?&]error=(\w+)/.exec(responseContent ?? '')
  const named = action === 'OK' ? undefined : (error?.[1] ?? error?.[2])
  return [action, resultCode, named].filter((part) => part !== undefined).join(' ')
}

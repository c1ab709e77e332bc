import type { Exchange } from './exchange.ts'

/**
 * The parts of an event that the watch for secrets reads. The event has either format, and may be malformed.
 *
 * @param answer the body of its answer
 */
export function exchangeOf(event: unknown, answer: string): Exchange {
  const { routeKey, resource, headers, multiValueHeaders, rawQueryString, body, isBase64Encoded } = (event ??
    {}) as Readonly<Record<string, unknown>>
  const authorization = [headers, multiValueHeaders].flatMap(authorizationOf)
  const encoding = isBase64Encoded === true ? 'base64' : 'utf8'
  return {
    name: textOf(routeKey ?? resource),
    authorization,
    query: textOf(rawQueryString),
    body: Buffer.from(textOf(body), encoding).toString(),
    answer,
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

function authorizationOf(headers: unknown): string[] {
  const all = Object.entries((headers ?? {}) as Readonly<Record<string, unknown>>)
  return all.flatMap(([name, value]) =>
    name.toLowerCase() === 'authorization' ? [value].flat().filter((text) => typeof text === 'string') : [],
  )
}

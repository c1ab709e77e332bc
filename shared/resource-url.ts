const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * The URL that a client was given for a request: that of the resource server, which its operator states, and the path. Neither the
 * `Host` header nor the domain of a gateway counts, because a request may reach the server by another name (RFC 9449 section 4.3).
 *
 * @param path as received, without the query
 * @returns `undefined` if there is no path that such a URL can have
 */
export function requestUrl(base: string, path: string | undefined): string | undefined {
  if (path?.startsWith('/') !== true) return undefined
  // An HTTP API decodes paths: these are characters of the path, and neither begin a query nor are dropped.
  return base + path.replaceAll(/[\0-\x20?#]/g, encodeURIComponent)
}

/** Dot segments, also encoded ones; a backslash; control characters and a space at the end. */
const REWRITTEN = /[\\\p{Cc}]|\/(?:\.|%2e){1,2}(?:\/|$)| $/iu

/** Whether a parser of URLs reads another path than the one that is written. A server that compares paths sees the written one. */
export function isRewritten(url: string): boolean {
  return REWRITTEN.test(url.replace(/[?#].*/s, ''))
}

/** Whether this can be the URL of a resource server: https, or the own machine, without a query, a fragment and a slash at its end. */
export function isBaseUrl(text: string): boolean {
  return !/[?#\s@]|\/$/.test(text) && !isRewritten(text) && parseSecureUrl(text) !== undefined
}

/** A URL with TLS, or one with plain HTTP that does not leave the own machine. @returns `undefined` for every other text */
export function parseSecureUrl(text: string): URL | undefined {
  const url = URL.parse(text) ?? undefined
  const isLocal = url?.protocol === 'http:' && LOOPBACK.includes(url.hostname)
  return url?.protocol === 'https:' || isLocal ? url : undefined
}

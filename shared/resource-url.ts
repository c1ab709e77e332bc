const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * The URL that the client has used: the base URL that the operator of the resource server has configured, and the path. Neither the
 * `Host` header nor the domain of a gateway counts, because a request may reach the server under another name (RFC 9449 section 4.3).
 *
 * @param path as received, without the query
 * @returns `undefined` unless the path can be part of such a URL
 */
export function requestUrl(base: string, path: string | undefined): string | undefined {
  if (path?.startsWith('/') !== true) return undefined
  // An HTTP API decodes paths, so these characters belong to the path. They must not begin a query and must not be dropped.
  return base + path.replaceAll(/[\0-\x20?#]/g, encodeURIComponent)
}

/** Matches dot segments, plain or encoded; backslashes; control characters; and a space at the end. */
const REWRITTEN = /[\\\p{Cc}]|\/(?:\.|%2e){1,2}(?:\/|$)| $/iu

/** Whether a URL parser would change the path. A server that compares paths sees the unchanged path. */
export function isRewritten(url: string): boolean {
  return REWRITTEN.test(url.replace(/[?#].*/s, ''))
}

/**
 * Whether the text can be the base URL of a resource server: it uses https, or http on this machine, and has no query, no fragment and no
 * slash at its end.
 */
export function isBaseUrl(text: string): boolean {
  return !/[?#\s@]|\/$/.test(text) && !isRewritten(text) && parseSecureUrl(text) !== undefined
}

/** Parses an https URL, or an http URL that does not leave this machine. @returns `undefined` for every other text */
export function parseSecureUrl(text: string): URL | undefined {
  const url = URL.parse(text) ?? undefined
  const isLocal = url?.protocol === 'http:' && LOOPBACK.includes(url.hostname)
  return url?.protocol === 'https:' || isLocal ? url : undefined
}

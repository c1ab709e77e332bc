/**
 * A call of the Web API as a command. It never contains the credential: the shell inserts it.
 *
 * @param word the end mark of the body; no line of the body may be equal to it
 */
export function curlOf(url: string, body: object, word: string, etag?: string): string {
  const headers = [
    '-H "Authorization: Bearer $CERTBOUND_TOKEN"',
    "-H 'Content-Type: application/json'",
    ...(etag === undefined ? [] : [`-H ${quoted(`If-Match: ${etag}`)}`]),
  ]
  const json = JSON.stringify(body, undefined, 2)
  return `curl ${quoted(url)} ${headers.join(' ')} --data-binary @- <<'${word}'\n${json}\n${word}`
}

/** Quotes a text for the shell. The alias of a client may contain a quotation mark, which is not escaped in URLs. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * A call of the Web API as a command. The credential is never in it: the shell puts it in.
 *
 * @param word ends the body, so no line of the body may be equal to it
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

/** A text for the shell. The alias of a client may have a quotation mark, which addresses leave as it is. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

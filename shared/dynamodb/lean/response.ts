/** An answer of HTTP/1.1. */
export interface Response {
  readonly status: number
  /** The names are in lower case. If a header stands twice, its last value. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** RFC 9112 section 4. The status must be final and have a body. A bare line break in the reason would hide a header. */
const STATUS_LINE = /^HTTP\/1[.]1 (?!204|304)([2-5][0-9]{2})(?: [\t -~\x80-\xff]*)?$/

/** RFC 9110 section 5. An ambiguous header could make other software end the answer elsewhere. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)$/

/** The headers that decide where the answer ends, whether the connection continues, and how the body is read. Duplicates may contradict each other. */
const UNIQUE_HEADERS = ['content-length', 'transfer-encoding', 'connection', 'x-amz-crc32']

const MAX_HEAD_BYTES = 16_384
/** An answer of DynamoDB has at most 16 MB. */
const MAX_BODY_DIGITS = 8

/**
 * Reads an answer of HTTP/1.1 in DynamoDB's form: a final status, and a `Content-Length`. For any other answer it throws, and the
 * connection ends.
 *
 * @param received all bytes since the request was sent
 * @returns `undefined` while the answer is incomplete. @throws Error
 */
export function readResponse(received: Buffer): Response | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end > MAX_HEAD_BYTES || (end < 0 && received.length > MAX_HEAD_BYTES))
    throw malformedAnswer('the head is too long')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const status = STATUS_LINE.exec(statusLine)?.[1]
  if (status === undefined) throw malformedAnswer('there is no final status of HTTP/1.1 with a body')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, given, value = ''] = HEADER.exec(line) ?? []
    const name = given?.toLowerCase()
    if (name === undefined || (headers.has(name) && UNIQUE_HEADERS.includes(name)))
      throw malformedAnswer('a header is malformed, or repeated where it must not be')
    headers.set(name, value.trim())
  }
  const length = headers.get('content-length') ?? ''
  if (!/^[0-9]+$/.test(length) || length.length > MAX_BODY_DIGITS || headers.has('transfer-encoding'))
    throw malformedAnswer('it must have a Content-Length and no Transfer-Encoding')
  const body = received.subarray(end + 4)
  if (body.length > Number(length)) throw malformedAnswer('the body is longer than its Content-Length')
  return body.length < Number(length) ? undefined : { status: Number(status), headers, body }
}

function malformedAnswer(what: string): Error {
  return Object.assign(new Error(`not an answer of DynamoDB: ${what}`), { code: 'EPROTO' })
}

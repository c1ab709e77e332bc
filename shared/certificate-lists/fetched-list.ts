/** A list cannot be fetched. The message completes "the address ...". */
export class ListUnavailable extends Error {
  override readonly name = 'ListUnavailable'

  constructor(what: string, options?: ErrorOptions) {
    super(`the address ${what}`, options)
  }
}

export interface FetchedList {
  readonly content: Buffer
  /** The entity tag, with which an unchanged list is not fetched again. */
  readonly etag: string | undefined
}

/** A million entries have some 40 MB. */
const LIMIT_BYTES = 64 * 1024 * 1024

/** @throws ListUnavailable if there are more than `LIMIT_BYTES` */
export async function bytesOf(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > LIMIT_BYTES) throw new ListUnavailable(`has more than ${LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

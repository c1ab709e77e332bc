import { createHmac, hash } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Signs by AWS Signature Version 4, with a key that is derived once a day: then three digests are all the work of a request. */
export class Signer {
  readonly #region: string
  #key: { readonly secret: string; readonly day: string; readonly bytes: Buffer } | undefined

  constructor(region: string) {
    this.#region = region
  }

  /**
   * @param request `target` is `DynamoDB_20120810.` and the operation
   * @param milliseconds the time of the signature
   * @returns names and values of all headers, by turns
   */
  headers(
    { host, target, body }: { readonly host: string; readonly target: string; readonly body: string },
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    milliseconds: number,
  ): string[] {
    const time = new Date(milliseconds).toISOString().replace(/[-:]|[.][0-9]+/g, '')
    const day = time.slice(0, 8)
    const session = sessionToken === undefined ? [] : ['x-amz-security-token', sessionToken]
    const signed = [...['host', host], ...['x-amz-date', time], ...session, ...['x-amz-target', target]]
    const lines = signed.map((text, i) => (i % 2 === 0 ? `${text}:` : `${text}\n`)).join('')
    const names = signed.filter((_, i) => i % 2 === 0).join(';')
    const scope = `${day}/${this.#region}/dynamodb/aws4_request`
    const request = hash('sha256', `POST\n/\n\n${lines}\n${names}\n${hash('sha256', body)}`)
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${request}`
    const signature = hmac(this.#keyOf(secretAccessKey, day), text).toString('hex')
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
    const length = String(Buffer.byteLength(body))
    const type = 'application/x-amz-json-1.0'
    return [...signed, 'content-type', type, 'content-length', length, 'authorization', authorization]
  }

  #keyOf(secret: string, day: string): Buffer {
    if (this.#key?.day !== day || this.#key.secret !== secret) {
      const parts = [day, this.#region, 'dynamodb', 'aws4_request']
      const bytes = parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`))
      this.#key = { secret, day, bytes }
    }
    return this.#key.bytes
  }
}

/** The key as bytes: handing over a key object costs more than the digest. */
function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

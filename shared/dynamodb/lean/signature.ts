import { hash } from 'node:crypto'

/** The credentials of an IAM principal. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Makes signatures of AWS Signature Version 4. Their key is derived once a day, so a request costs only four digests. */
export class Signer {
  readonly #region: string
  #key: { readonly secret: string; readonly day: string; readonly sign: Hmac } | undefined

  constructor(region: string) {
    this.#region = region
  }

  /**
   * @param request `target` is `DynamoDB_20120810.` and the operation
   * @param milliseconds the time of the signature
   * @returns the lines of the headers, each with its line end
   */
  headers(
    { host, target, body }: { readonly host: string; readonly target: string; readonly body: string },
    { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
    milliseconds: number,
  ): string {
    const time = new Date(milliseconds).toISOString().replace(/[-:]|[.][0-9]+/g, '')
    const day = time.slice(0, 8)
    const session = sessionToken === undefined ? [] : [`x-amz-security-token:${sessionToken}`]
    const signed = [`host:${host}`, `x-amz-date:${time}`, ...session, `x-amz-target:${target}`]
    const names = `host;x-amz-date;${sessionToken === undefined ? '' : 'x-amz-security-token;'}x-amz-target`
    const scope = `${day}/${this.#region}/dynamodb/aws4_request`
    const request = hash('sha256', `POST\n/\n\n${signed.join('\n')}\n\n${names}\n${hash('sha256', body)}`)
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${request}`
    const signature = this.#keyOf(secretAccessKey, day)(text).toString('hex')
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
    const about = [
      'content-type:application/x-amz-json-1.0',
      `content-length:${String(Buffer.byteLength(body))}`,
    ]
    return [...signed, ...about, `authorization:${authorization}`, ''].join('\r\n')
  }

  #keyOf(secret: string, day: string): Hmac {
    if (this.#key?.day !== day || this.#key.secret !== secret) {
      const parts = [day, this.#region, 'dynamodb', 'aws4_request']
      const sign = parts.reduce((by, part) => hmac(by(part)), hmac(Buffer.from(`AWS4${secret}`)))
      this.#key = { secret, day, sign }
    }
    return this.#key.sign
  }
}

type Hmac = (text: string) => Buffer

const BLOCK_BYTES = 64

/**
 * HMAC with SHA-256 (RFC 2104). The work for the key is done once. `createHmac` costs seven times as much for a text of this size,
 * because it creates two objects and checks for two kinds of key.
 */
function hmac(secret: Buffer): Hmac {
  const key = Buffer.alloc(BLOCK_BYTES)
  const digest = (...parts: readonly Uint8Array[]) => hash('sha256', Buffer.concat(parts), 'buffer')
  ;(secret.length > BLOCK_BYTES ? digest(secret) : secret).copy(key)
  const inner = key.map((byte) => byte ^ 0x36)
  const outer = key.map((byte) => byte ^ 0x5c)
  return (text) => digest(outer, digest(inner, Buffer.from(text)))
}

import { createHmac, hash } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface Signed {
  readonly host: string
  /** `DynamoDB_20120810.` and the operation. */
  readonly target: string
  readonly body: string
}

/**
 * Signs requests by AWS Signature Version 4, with a signing key that is derived once a day for each pair of credentials. The three
 * digests that each request needs are then all the work: `@smithy/signature-v4` and `aws4fetch` derive or look up more.
 */
export class Signer {
  readonly #region: string
  #key: { readonly secret: string; readonly day: string; readonly bytes: Buffer } | undefined

  constructor(region: string) {
    this.#region = region
  }

  /** @param milliseconds the time of the signature. @returns names and values of all headers, by turns */
  headers({ host, target, body }: Signed, credentials: Credentials, milliseconds: number): string[] {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    const time = new Date(milliseconds).toISOString().replace(/[-:]|[.][0-9]+/g, '')
    const day = time.slice(0, 8)
    const session = sessionToken === undefined ? [] : ['x-amz-security-token', sessionToken]
    const token = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`
    const names = `host;x-amz-date;${sessionToken === undefined ? '' : 'x-amz-security-token;'}x-amz-target`
    const signed = `host:${host}\nx-amz-date:${time}\n${token}x-amz-target:${target}\n`
    const canonical = `POST\n/\n\n${signed}\n${names}\n${hash('sha256', body)}`
    const scope = `${day}/${this.#region}/dynamodb/aws4_request`
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
    const signature = hmac(this.#keyOf(secretAccessKey, day), text).toString('hex')
    return [
      ...['host', host],
      ...['content-type', 'application/x-amz-json-1.0'],
      ...['content-length', String(Buffer.byteLength(body))],
      ...['x-amz-date', time],
      ...['x-amz-target', target],
      ...session,
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    ]
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

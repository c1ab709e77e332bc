import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Account, type Answer, Failure } from './fake-account.ts'

export interface Bucket {
  readonly versioned: boolean
  /** The versions of each key, the newest last. */
  readonly objects: Map<string, StoredObject[]>
}

export interface StoredObject {
  readonly version: string
  readonly body: string
  /** The metadata, as headers. */
  readonly metadata: Readonly<Record<string, string>>
}

interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** The calls of a deployment to S3, with the bucket in the path. */
export function objectStore(request: Request, { buckets }: Account): Answer {
  const { method, url } = request
  const [bucketName = '', ...rest] = url.pathname.slice(1).split('/')
  const key = decodeURIComponent(rest.join('/'))
  const bucket = buckets.get(bucketName)
  if (bucket === undefined) throw new Failure(404, 'NoSuchBucket', 'The specified bucket does not exist')
  if (method === 'PUT') return put(bucket, key, request)
  const stored = find(bucket.objects.get(key) ?? [], url.searchParams.get('versionId'))
  if (stored === undefined)
    throw new Failure(404, method === 'HEAD' ? 'NotFound' : 'NoSuchKey', 'The specified key does not exist.')
  const headers = { 'last-modified': 'Wed, 25 Nov 2026 10:00:00 GMT', ...stored.metadata }
  return {
    headers: bucket.versioned ? { ...headers, 'x-amz-version-id': stored.version } : headers,
    body: method === 'HEAD' ? '' : stored.body,
  }
}

function find(versions: readonly StoredObject[], versionId: string | null): StoredObject | undefined {
  if (versionId === null) return versions.at(-1)
  const stored = versions.find(({ version }) => version === versionId)
  if (stored === undefined) throw new Failure(404, 'NoSuchVersion', 'The specified version does not exist.')
  return stored
}

function put({ versioned, objects }: Bucket, key: string, { headers, body }: Request): Answer {
  const text = content(body, headers)
  const checksum = hash('sha256', Buffer.from(text, 'latin1'), 'base64')
  if ((headers['x-amz-checksum-sha256'] ?? checksum) !== checksum)
    throw new Failure(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.')
  const metadata = Object.entries(headers).filter(([name]) => /^x-amz-(meta-|checksum-sha256$)/.test(name))
  const versions = objects.get(key) ?? []
  const version = `version-${versions.length + 1}`
  const stored = { version, body: text, metadata: Object.fromEntries(metadata) }
  objects.set(key, [...versions, stored as StoredObject])
  return { headers: { etag: '"etag"', ...(versioned && { 'x-amz-version-id': version }) } }
}

/** The SDK sends a body in signed chunks. Each follows its length in hexadecimal. */
function content(body: Buffer, headers: IncomingHttpHeaders): string {
  if (headers['content-encoding'] !== 'aws-chunked') return body.toString('latin1')
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at)
    const length = parseInt(body.toString('latin1', at, end), 16)
    if (!(length > 0)) return Buffer.concat(parts).toString('latin1')
    parts.push(body.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}

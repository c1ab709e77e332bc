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
  /** As headers. */
  readonly metadata: Readonly<Record<string, string>>
}

interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** The calls of osls and of a deployment to S3, with the bucket in the path. */
export function objectStore(request: Request, { buckets }: Account): Answer {
  const { method, url } = request
  const [bucketName = '', ...rest] = url.pathname.slice(1).split('/')
  const key = decodeURIComponent(rest.join('/'))
  const bucket = buckets.get(bucketName)
  if (bucket === undefined) throw new Failure(404, 'NoSuchBucket', 'The specified bucket does not exist')
  if (key === '') return list(bucket, url)
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
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  const versions = objects.get(key) ?? []
  const version = `version-${versions.length + 1}`
  const stored = { version, body: content(body, headers), metadata: Object.fromEntries(metadata) }
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

function list({ objects }: Bucket, url: URL): Answer {
  if (url.searchParams.has('location'))
    return { body: '<LocationConstraint>eu-central-1</LocationConstraint>' }
  const prefix = url.searchParams.get('prefix') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix))
  const contents = keys.map(
    (key) => `<Contents><Key>${key}</Key><LastModified>2026-11-25T10:00:00.000Z</LastModified></Contents>`,
  )
  return { body: `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>` }
}

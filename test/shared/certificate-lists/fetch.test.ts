import { createServer, type RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { listFetcher } from '../../../shared/certificate-lists/fetch.ts'
import { ListUnavailable } from '../../../shared/certificate-lists/fetched-list.ts'
import { findMoto, startMoto } from '../../support/moto.ts'

const { fetch } = listFetcher()
const S3 = {
  ...{ region: 'us-east-1', forcePathStyle: true },
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
}

async function serve(answer: RequestListener): Promise<string> {
  const { port, close } = await listen(createServer(answer))
  onTestFinished(close)
  return `http://127.0.0.1:${port}/ca.crl`
}

test('a list is fetched over HTTP once for each entity tag', async () => {
  const address = await serve(({ headers }, response) => {
    if (headers['if-none-match'] === '"1"') return response.writeHead(304).end()
    return response.setHeader('etag', '"1"').end('list')
  })
  const fetched = { content: Buffer.from('list'), etag: '"1"' }
  expect(await fetch(address, undefined)).toEqual(fetched)
  expect(await fetch(address, '"0"')).toEqual(fetched)
  expect(await fetch(address, '"1"')).toBe('unchanged')
})

test('a list that the server compresses is the list', async () => {
  const address = await serve((_, response) =>
    response.setHeader('content-encoding', 'gzip').end(gzipSync('list')),
  )
  expect(await fetch(address, undefined)).toMatchObject({ content: Buffer.from('list') })
})

const MEGABYTE = Buffer.alloc(1024 * 1024)
const COMPRESSED_MEGABYTE = gzipSync(MEGABYTE)

test.each<[fault: string, answer: RequestListener, message: string]>([
  [
    'redirects, to a private host or to itself',
    (request, response) =>
      response.writeHead(302, { location: request.url === '/ca.crl' ? '/again' : '/ca.crl' }).end(),
    'the address answers with the status 302',
  ],
  ['is missing', (_, response) => response.writeHead(404).end(), 'the address answers with the status 404'],
  [
    'answers 304 to a request without an entity tag',
    (_, response) => response.writeHead(304).end(),
    'the address answers with the status 304',
  ],
  [
    'breaks off',
    ({ socket }, response) => {
      response.setHeader('content-length', '100')
      response.write('half', () => socket.destroy())
    },
    'the address cannot be reached',
  ],
  [
    'is small and decompresses to more than the limit',
    (_, response) =>
      response
        .setHeader('content-encoding', 'gzip')
        .end(Buffer.concat(Array.from({ length: 65 }, () => COMPRESSED_MEGABYTE))),
    'the address has more than 67108864 bytes',
  ],
  [
    'never ends',
    (_, response) => {
      const more = (): void => void response.write(MEGABYTE, (error) => error ?? more())
      more()
    },
    'the address has more than 67108864 bytes',
  ],
])('a list that %s cannot be fetched', async (_, answer, message) => {
  const failure: unknown = await fetch(await serve(answer), undefined).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ListUnavailable)
  expect(failure).toMatchObject({ message })
})

test('a host that does not answer is a list that cannot be fetched', async () => {
  const { port, close } = await listen(createServer())
  await close()
  await expect(fetch(`http://127.0.0.1:${port}/`, undefined)).rejects.toThrow('the address cannot be reached')
  const config = { ...S3, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 }
  await expect(listFetcher(config).find('s3://lists/ca/')).rejects.toThrow(ListUnavailable)
})

test.each([
  ['before its first byte', () => undefined],
  ['after its first bytes', (_, response) => void response.write('list')],
] as [string, RequestListener][])(
  'a host that stops %s does not hold up a run, over HTTP and at S3',
  async (_, answer) => {
    const address = await serve(answer)
    const limited = listFetcher({ ...S3, endpoint: new URL(address).origin }, 30)
    const late = new ListUnavailable('does not answer in time')
    await Promise.all(
      [
        limited.fetch(address, undefined),
        limited.fetch('s3://lists/1.crl', undefined),
        limited.find('s3://lists/ca/'),
      ].map((read) => expect(read).rejects.toThrow(late)),
    )
  },
)

test('a folder at S3 that names an object outside of it cannot be read', async () => {
  const objects = ['ca/1.crl', 'other/2.crl'].map((key) => `<Contents><Key>${key}</Key></Contents>`)
  const address = await serve((_, response) =>
    response.end(`<ListBucketResult><Name>others</Name>${objects.join('')}</ListBucketResult>`),
  )
  const { find } = listFetcher({ ...S3, endpoint: new URL(address).origin })
  await expect(find('s3://lists/ca/')).rejects.toThrow(
    new ListUnavailable('lists an object outside of its folder'),
  )
})

test('lists are fetched from S3 once for each entity tag, and a folder has those that end with .crl', async ({
  skip,
}) => {
  if (findMoto() === undefined) skip('there is no python3-moto with python3-flask-cors here')
  const { endpoint, close } = await startMoto()
  onTestFinished(close)
  const config = { ...S3, endpoint }
  const s3 = new S3Client(config)
  await s3.send(new CreateBucketCommand({ Bucket: 'lists' }))
  for (const Key of ['ca/1.crl', 'ca/2.crl', 'ca/acm-pca-permission-test-file', 'other/3.crl'])
    await s3.send(new PutObjectCommand({ Bucket: 'lists', Key, Body: Key }))
  const { fetch: fetchFrom, find } = listFetcher(config)
  expect(await find('s3://lists/ca/')).toEqual(['s3://lists/ca/1.crl', 's3://lists/ca/2.crl'])
  const fetched = await fetchFrom('s3://lists/ca/1.crl', undefined)
  if (fetched === 'unchanged') throw new Error('the list was never fetched')
  expect(fetched.content.toString()).toBe('ca/1.crl')
  expect(await fetchFrom('s3://lists/ca/1.crl', fetched.etag)).toBe('unchanged')
  const missing = fetchFrom('s3://lists/ca/9.crl', undefined)
  await expect(missing).rejects.toThrow('the address cannot be read at S3: NoSuchKey')
})

import { createServer, type RequestListener } from 'node:http'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { listFetcher } from '../../../shared/certificate-lists/fetch.ts'
import { ListUnavailable } from '../../../shared/certificate-lists/fetched-list.ts'
import { findMoto, startMoto } from '../../support/moto.ts'

const { fetch } = listFetcher()

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

const MEGABYTE = Buffer.alloc(1024 * 1024)

test.each<[fault: string, answer: RequestListener, message: string]>([
  [
    'redirects',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
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
  const config = {
    ...{ region: 'eu-central-1', endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  await expect(listFetcher(config).find('s3://lists/ca/')).rejects.toThrow(ListUnavailable)
})

test('lists are fetched from S3 once for each entity tag, and a folder has those that end with .crl', async ({
  skip,
}) => {
  if (findMoto() === undefined) skip('there is no python3-moto with python3-flask-cors here')
  const { endpoint, close } = await startMoto()
  onTestFinished(close)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const config = { region: 'us-east-1', endpoint, forcePathStyle: true, credentials }
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

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { startEmbeddedEngine, type Engine } from '../../../infra/emulator/engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { createTables, LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'

const TableName = 'grants'
const KEY = { id: { S: 'a' } }

let directory: string
beforeEach(async () => {
  directory = join(await temporaryFolder(), 'new', 'data')
})

interface Options {
  readonly directory?: string
  readonly port?: number
}
interface Started extends Engine {
  readonly client: DynamoDBClient
}

async function started(options: Options): Promise<Started> {
  const engine = await startEmbeddedEngine(options)
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint: engine.endpoint, maxAttempts: 1 })
  onTestFinished(async () => {
    client.destroy()
    await engine.close()
  })
  return { ...engine, client }
}

async function putItem({ client, endpoint }: Started): Promise<void> {
  await createTables(endpoint, { registryTable: 'registry', grantsTable: TableName, auditTable: 'audit' })
  await client.send(new PutItemCommand({ TableName, Item: { ...KEY, value: { N: '1' } } }))
}

async function getItem(client: DynamoDBClient) {
  return (await client.send(new GetItemCommand({ TableName, Key: KEY, ConsistentRead: true }))).Item
}

const refusal = (options: Options) => started(options).catch((error: unknown) => (error as Error).message)

test('the embedded engine keeps data in a directory over a restart', async () => {
  const first = await started({ directory })
  await putItem(first)
  await first.close()

  const second = await started({ directory })
  expect(await getItem(second.client)).toEqual({ ...KEY, value: { N: '1' } })
})

test('the embedded engine forgets data without a directory', async () => {
  const first = await started({})
  await putItem(first)
  expect(await getItem(first.client)).toBeDefined()
  await first.close()

  const second = await started({})
  await expect(getItem(second.client)).rejects.toThrow(
    expect.objectContaining({ name: 'ResourceNotFoundException' }),
  )
})

test('the embedded engine makes a directory that only its owner may read', async () => {
  await started({ directory })
  expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700')
})

test('the embedded engine listens only on this machine', async () => {
  const { endpoint } = await started({})
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const elsewhere = connect(Number(new URL(endpoint).port), '127.0.0.2')
  await expect(once(elsewhere, 'connect')).rejects.toThrow('ECONNREFUSED')
})

test('the embedded engine goes on after a client breaks off its request', async () => {
  const engine = await started({})
  const socket = connect(Number(new URL(engine.endpoint).port), '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf')
  socket.end()
  await once(socket.resume(), 'close')
  await putItem(engine)
  expect(await getItem(engine.client)).toBeDefined()
})

test('a directory that another engine has open is named in one line', async () => {
  await started({ directory })
  expect(await refusal({ directory })).toBe(`data directory ${directory} is in use by another process`)
})

test('a directory that another process has open is named in one line, as soon as that process has started', async () => {
  await started({ directory })
  const engine = new URL('../../../infra/emulator/engine.ts', import.meta.url).href
  const program = `const { startEmbeddedEngine } = await import(${JSON.stringify(engine)})
    const outcome = await startEmbeddedEngine(${JSON.stringify({ directory })}).catch((error) => error)
    process.stdout.write(String(outcome.message))
    process.exit()`
  // The call blocks this process, so that the first engine cannot finish anything in the background.
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  expect(stdout).toBe(`data directory ${directory} is in use by another process`)
})

test('a file in the place of the data directory is named in one line', async () => {
  const file = join(directory, '..', '..', 'file')
  await writeFile(file, '')
  expect(await refusal({ directory: file })).toBe(`data directory ${file} cannot be opened (EEXIST)`)
})

test('a directory with broken data is named in one line', async () => {
  const engine = await started({ directory })
  await engine.close()
  await writeFile(join(directory, 'CURRENT'), 'MANIFEST-none\n')
  expect(await refusal({ directory })).toMatch(/^data directory \S+ cannot be opened \(LEVEL_\w+\)$/)
})

test('the embedded engine refuses every request of a web page', async () => {
  const engine = await started({})
  await putItem(engine)
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.GetItem',
    'content-type': 'application/x-amz-json-1.0',
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20261127/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
    'x-amz-date': '20261127T000000Z',
  }
  const body = JSON.stringify({ TableName, Key: KEY })
  const ask = (method: string, origin?: string) =>
    fetch(engine.endpoint, {
      method,
      headers: origin === undefined ? headers : { ...headers, origin },
      body: method === 'POST' ? body : null,
    })
  expect(await (await ask('POST')).text()).toContain('"Item"')
  for (const method of ['POST', 'OPTIONS', 'GET']) {
    const answer = await ask(method, 'https://evil.example')
    expect([answer.status, await answer.text()]).toEqual([403, ''])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('the engine makes LevelDB wait for the disk at every write, which dynalite cannot request', async () => {
  const level = createRequire(import.meta.resolve('dynalite')).resolve('level')
  const classic = createRequire(createRequire(level).resolve('classic-level'))
  const binding = classic('./binding.js') as Record<
    'db_put' | 'db_del',
    (...parameters: unknown[]) => unknown
  >
  const writes = (['db_put', 'db_del'] as const).map((name) => vi.spyOn(binding, name))
  onTestFinished(() => writes.forEach((write) => write.mockRestore()))
  const engine = await started({ directory })
  await putItem(engine)
  await engine.client.send(new DeleteItemCommand({ TableName, Key: KEY }))
  for (const { mock } of writes) {
    expect(mock.calls.length).toBeGreaterThan(0)
    for (const call of mock.calls) expect(call.at(-1)).toMatchObject({ sync: true })
  }
})

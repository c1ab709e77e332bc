import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Runtime } from '../../shared/runtime.ts'
import { Clients } from '../../shared/store/clients.ts'
import { Grants } from '../../shared/store/grants.ts'
import { Registry } from '../../shared/store/registry.ts'
import { openStore, type Store } from '../../shared/store/store.ts'
import { Table } from '../../shared/store/table.ts'
import { cannedAnswers } from './canned-answers.ts'
import { engineAt } from './deployment.ts'

/** A store over an engine until `replay`, and over what the engine said from then on. */
export interface CannedStore {
  readonly store: Store
  readonly replay: () => void
}

interface HttpCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface HttpAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Buffer> | Buffer
}

interface HttpHandler {
  readonly handle: (call: HttpCall) => Promise<{ readonly response: HttpAnswer }>
}

const utf8 = new TextDecoder()

/** The SDK works as ever; what would go to the socket is answered at once. */
export function cannedBelowSdk({ settings, now, random }: Runtime, endpoint: string): CannedStore {
  const client = new DynamoDBClient(engineAt(endpoint))
  const requestHandler = client.config.requestHandler as unknown as HttpHandler
  const { answer, replay } = cannedAnswers(
    async (call: HttpCall) => {
      const { response } = await requestHandler.handle(call)
      const chunks: Buffer[] = []
      for await (const chunk of response.body) chunks.push(chunk as Buffer)
      return { response: { ...response, body: Buffer.concat(chunks) } }
    },
    ({ headers, body }) => {
      const isRead = headers['x-amz-target']?.endsWith('GetItem') === true
      return isRead ? utf8.decode(body) : undefined
    },
    { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } },
  )
  const dynamodb = { ...engineAt(endpoint), requestHandler: { handle: answer } }
  return { store: openStore({ ...settings, now, random, dynamodb }), replay }
}

/** Without the SDK: what is left is this project's own code. */
export function cannedAboveSdk({ settings, now, random }: Runtime, endpoint: string): CannedStore {
  const client = new DynamoDBClient(engineAt(endpoint))
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  type Call = Parameters<typeof document.send>[0]
  const { answer, replay } = cannedAnswers<Call, object>((call) => document.send(call), keyOfRead, {})
  const canned = { send: answer } as unknown as DynamoDBDocumentClient
  const newAttempt = () => random(12).toString('base64url')
  const grantsTable = new Table(canned, settings.grantsTable, newAttempt)
  const registryTable = new Table(canned, settings.registryTable, newAttempt)
  const registry = new Registry(registryTable, settings.registryCacheSeconds, now)
  const clients = new Clients(grantsTable, registry)
  const close = () => client.destroy()
  return { store: { registry, grants: new Grants(grantsTable), clients, close }, replay }
}

function keyOfRead(command: object): string | undefined {
  if (command instanceof GetCommand) return Object.values(command.input.Key ?? {}).join(' ')
  if (!(command instanceof BatchGetCommand)) return undefined
  const [asked] = Object.values(command.input.RequestItems ?? {})
  return asked?.Keys?.map(({ id }) => String(id)).join(' ')
}

import { buffer } from 'node:stream/consumers'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Runtime } from '../../shared/runtime.ts'
import { Clients } from '../../shared/store/clients.ts'
import { Grants } from '../../shared/store/grants.ts'
import { Registry } from '../../shared/store/registry.ts'
import { openStore, type Store } from '../../shared/store/store.ts'
import { Table } from '../../shared/store/table.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'

/** A store over an engine; from `replay` on, over the answers that the engine gave before. */
export interface CannedStore {
  readonly store: Store
  readonly replay: () => void
}

/**
 * Passes calls on and keeps their answers. From `replay` on it answers by itself, always the same.
 *
 * @param keyOf tells reads apart; `undefined` for a write, which is then always answered with `done`
 */
export function cannedAnswers<Call, Answer>(
  send: (call: Call) => Promise<Answer>,
  keyOf: (call: Call) => string | undefined,
  done: Answer,
) {
  const answers = new Map<string, Answer>()
  let replaying = false

  async function answer(call: Call): Promise<Answer> {
    const key = keyOf(call)
    if (!replaying) {
      const given = await send(call)
      if (key !== undefined) answers.set(key, given)
      return given
    }
    const kept = key === undefined ? done : answers.get(key)
    if (kept === undefined) throw new Error('a read that was not made before')
    return kept
  }

  const replay = () => {
    replaying = true
  }
  return { answer, replay }
}

interface HttpCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface HttpHandler {
  readonly handle: (
    call: HttpCall,
  ) => Promise<{ readonly response: { readonly body: AsyncIterable<Buffer> } }>
}

const utf8 = new TextDecoder()

/** The SDK works as ever; what it would send to the socket is answered at once. */
export function cannedBelowSdk({ settings, now, random }: Runtime, endpoint: string): CannedStore {
  const engine = { ...LOCAL_DYNAMODB, endpoint }
  const requestHandler = new DynamoDBClient(engine).config.requestHandler as unknown as HttpHandler
  const { answer, replay } = cannedAnswers<HttpCall, { readonly response: object }>(
    async (call) => {
      const { response } = await requestHandler.handle(call)
      return { response: { ...response, body: await buffer(response.body) } }
    },
    ({ headers, body }) => {
      const isRead = headers['x-amz-target']?.endsWith('GetItem') === true
      return isRead ? utf8.decode(body) : undefined
    },
    { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } },
  )
  const dynamodb = { ...engine, requestHandler: { handle: answer } }
  return { store: openStore({ ...settings, now, random, dynamodb }), replay }
}

/** Without the SDK: what is left is this project's own code. */
export function cannedAboveSdk({ settings, now, random }: Runtime, endpoint: string): CannedStore {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  type Command = Parameters<typeof document.send>[0]
  const { answer, replay } = cannedAnswers<Command, object>((asked) => document.send(asked), keyOfRead, {})
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

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Runtime } from '../../shared/runtime.ts'
import { Clients } from '../../shared/store/clients.ts'
import { Grants } from '../../shared/store/grants.ts'
import { Registry } from '../../shared/store/registry.ts'
import type { Store } from '../../shared/store/store.ts'
import { Table } from '../../shared/store/table.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'

/**
 * Passes calls on and keeps their answers. From `replay` on it answers by itself, always the same.
 *
 * @param keyOf identifies a read; `undefined` for a write, which the replay answers with `done`
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

/** A store over an engine. From `replay` on, it gives the engine's earlier answers without the SDK: only our own code runs. */
export function cannedStore({ settings, now, random }: Runtime, endpoint: string) {
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
  const store: Store = { registry, grants: new Grants(grantsTable, newAttempt), clients, close }
  return { store, replay }
}

function keyOfRead(command: object): string | undefined {
  if (command instanceof GetCommand) return Object.values(command.input.Key ?? {}).join(' ')
  if (!(command instanceof BatchGetCommand)) return undefined
  const [asked] = Object.values(command.input.RequestItems ?? {})
  return asked?.Keys?.map(({ id }) => String(id)).join(' ')
}

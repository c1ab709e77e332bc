import type { DynamoDb, Inputs } from '../../shared/dynamodb/dynamodb.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { openStore } from '../../shared/store/store.ts'

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

/** A store over an engine. From `replay` on, it gives the engine's earlier answers without a client: only our own code runs. */
export function cannedStore({ settings, now, random }: Runtime, dynamodb: DynamoDb) {
  const { answer, replay } = cannedAnswers<Asked, object>(
    ({ operation, input }) => dynamodb[operation](input as never) as Promise<object>,
    keyOfRead,
    {},
  )
  const operations = ['get', 'batchGet', 'put', 'update', 'delete', 'query'] as const
  const calls = operations.map((operation) => [operation, (input: object) => answer({ operation, input })])
  const canned = { ...Object.fromEntries(calls), close: dynamodb.close } as DynamoDb
  return { store: openStore({ ...settings, now, random, dynamodb: canned }), replay }
}

interface Asked {
  readonly operation: keyof Inputs
  readonly input: object
}

function keyOfRead({ operation, input }: Asked): string | undefined {
  return operation === 'get' || operation === 'batchGet' ? JSON.stringify(input) : undefined
}

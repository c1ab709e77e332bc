import type { Fate } from './cutting-proxy.ts'

interface Batch {
  readonly Keys: readonly { readonly id: { readonly S: string } }[]
}

/**
 * Answers a BatchGetItem as if there had been time only for the keys that are `processed`; the others are left. A table that
 * throttles does that.
 *
 * @param processed gets how many times a batch was asked for, from 1
 */
export function leaveUnprocessed(processed: (id: string, attempt: number) => boolean): Fate {
  let attempt = 0
  return async ({ operation, body }, forward) => {
    const reply = await forward()
    if (operation !== 'BatchGetItem') return reply
    attempt += 1
    const [[table, { Keys, ...rest }] = ['', { Keys: [] }]] = Object.entries(
      body['RequestItems'] as Record<string, Batch>,
    )
    const { Responses } = JSON.parse(reply.body) as { Responses: Record<string, { id: { S: string } }[]> }
    const isProcessed = ({ id }: { id: { S: string } }) => processed(id.S, attempt)
    const left = Keys.filter((key) => !isProcessed(key))
    const answer = {
      Responses: { [table]: Responses[table]?.filter(isProcessed) },
      UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left, ...rest } },
    }
    return { status: 200, body: JSON.stringify(answer) }
  }
}

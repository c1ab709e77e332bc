import { expect } from 'vitest'
import type { SettledWrite } from '../../shared/store/audit/settle.ts'
import { recordsOf, serviceOf } from '../support/audit.ts'
import type { FixedRuntime } from '../support/fixed-runtime.ts'
import type { Passing } from '../support/cutting-proxy.ts'

/** The value of `attempt` of a write that an operation with a record makes. */
const RECORDED = /^[\w-]{16}\.\d+$/

/** Those that a reader must not settle by what they left, because it may not read it. */
const UNREAD = ['signingKey', 'nonceKey']

/**
 * Every write of an operation is in its record, which agrees with what the engine has done if the operation broke off.
 *
 * @param written the writes that the engine has done for the operation
 * @param from the second of the first operation whose items it may have found
 */
export async function expectSettled(
  healthy: Pick<FixedRuntime, 'store' | 'clock'>,
  auditTable: string,
  written: readonly Passing[],
  from = healthy.clock.now,
): Promise<void> {
  const isOfRecord = ({ body }: Passing) => body['TableName'] === auditTable
  const changes = written.filter((passing) => !isOfRecord(passing))
  const attempts = new Set(changes.flatMap(({ body }) => textsIn(body)).filter((text) => RECORDED.test(text)))
  const removed = changes.filter(({ operation }) => operation === 'DeleteItem').map(({ body }) => keyIn(body))
  const services = written
    .filter(isOfRecord)
    .map(({ body }) => serviceOf(attributesOf(body['Item'])['pk']?.S))
  const records = []
  for (const service of new Set(services)) records.push(...(await recordsOf(healthy, service, from)))
  const announced = records.flatMap(({ writes }) => writes)
  expect([...attempts].filter((text) => !announced.some((write) => leaves(write, text)))).toEqual([])
  for (const { outcome, writes, settlement } of records) {
    if (outcome !== undefined && outcome.failed === undefined) continue
    expect(settlement).not.toBe('PENDING')
    for (const write of writes.filter(({ kind }) => !UNREAD.includes(kind))) {
      const isDone = write.removal === true ? removed.includes(keyOf(write)) : attempts.has(write.attempt)
      // A grant that is not there may have been, because requests without a record end grants as well.
      const isUnknown = !isDone && write.kind === 'grant' && write.settlement === 'UNKNOWN'
      const right = isDone ? 'DONE' : isUnknown ? 'UNKNOWN' : 'NOT_DONE'
      expect({ write, settlement: write.settlement }).toEqual({ write, settlement: right })
    }
  }
}

const leaves = ({ attempt, revision }: SettledWrite, text: string) => attempt === text || revision === text

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const keyOf = ({ key }: SettledWrite) => [key['pk'], key['sk'], key['id']].join(' ')

type Attributes = Readonly<Record<string, { readonly S: string } | undefined>>
const attributesOf = (item: unknown) => item as Attributes

function keyIn({ Key }: Passing['body']): string {
  const { pk, sk, id } = attributesOf(Key)
  return [pk?.S, sk?.S, id?.S].join(' ')
}

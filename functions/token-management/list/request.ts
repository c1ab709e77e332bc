import type { HttpRequest } from '../../../shared/http.ts'
import { type Reason, Refusal } from '../../../shared/oauth/refusal.ts'

export interface ListRequest {
  readonly client: string | undefined
  readonly subject: string | undefined
  /** Of the first token, counted from 0, and after the last. */
  readonly start: number
  readonly end: number
}

const DEFAULT_END = 5
const MAX_LENGTH = 1000

/** `/auth/token/get/list` (contract, section 2.7). @throws Refusal list-tokens-… */
export function readList({ query }: HttpRequest): ListRequest {
  const start = numberIn(query.get('start'), 0, 'list-tokens-start-malformed', 'list-tokens-start-negative')
  const end = numberIn(query.get('end'), DEFAULT_END, 'list-tokens-end-malformed', 'list-tokens-end-negative')
  if (end - start > MAX_LENGTH) throw new Refusal('list-tokens-too-many')
  return {
    client: presentIn(query, 'clientIdentifier'),
    subject: presentIn(query, 'subject'),
    start,
    end,
  }
}

function presentIn(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)
  return value === null || value === '' ? undefined : value
}

function numberIn(text: string | null, absent: number, malformed: Reason, negative: Reason): number {
  if (text === null || text === '') return absent
  if (!/^-?\d{1,9}$/.test(text)) throw new Refusal(malformed)
  if (Number(text) < 0) throw new Refusal(negative)
  return Number(text)
}

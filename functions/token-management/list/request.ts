import type { HttpRequest } from '../../../shared/http.ts'
import { type Range, readRange } from '../range.ts'

export interface ListRequest extends Range {
  readonly client: string | undefined
  readonly subject: string | undefined
}

/** `/auth/token/get/list` (contract, section 2.7). @throws Refusal list-tokens-… */
export function readList({ query }: HttpRequest): ListRequest {
  return {
    client: presentIn(query, 'clientIdentifier'),
    subject: presentIn(query, 'subject'),
    ...readRange({ start: query.get('start') ?? undefined, end: query.get('end') ?? undefined }),
  }
}

function presentIn(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)
  return value === null || value === '' ? undefined : value
}

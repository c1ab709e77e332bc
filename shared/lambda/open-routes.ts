import type { HttpResponse } from '../http.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Answer } from './answer.ts'
import { refusedCall } from './refused.ts'
import { endpointOf, type Route } from './route.ts'

/** A probe for everyone: it reads nothing and reveals nothing (Authlete contract, section 1.4). */
export function probe(path: string, response: HttpResponse): Route {
  return openRoute(path, ['GET'], () => ({ response, outcome: response.status }))
}

/** Answers for all other paths with a result code, for clients of the Web API (Authlete contract, section 1.6). */
export function notOffered(path: string): Route {
  const spec = { endpoint: endpointOf(path), type: 'error', errors: 'json' } as const
  return openRoute(path, [], (http) => refusedCall(new Refusal('api-not-offered'), spec, http))
}

function openRoute(
  path: string,
  methods: Route['methods'],
  answer: (http: Parameters<Route['answer']>[0]) => Answer,
): Route {
  return {
    endpoint: endpointOf(path),
    paths: [path],
    face: 'webApi',
    methods,
    access: 'everyone',
    answer: (http) => Promise.resolve(answer(http)),
  }
}

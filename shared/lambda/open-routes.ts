import type { HttpResponse } from '../http.ts'
import { Refusal } from '../refusal/refusal.ts'
import { refusedCall } from './refused.ts'
import { endpointOf, type Route } from './route.ts'

/** A probe: open to everyone, reads nothing and shows nothing (Authlete contract, section 1.4). */
export function probe(path: string, response: HttpResponse): Route {
  const answer = { response, outcome: response.status }
  return {
    ...{ endpoint: endpointOf(path), paths: [path], face: 'webApi', methods: ['GET'], access: 'everyone' },
    answer: () => Promise.resolve(answer),
  }
}

/** What answers where no other route does: clients of the Web API read a code and a message (Authlete contract, section 1.6). */
export function notOffered(path: string): Route {
  const spec = { endpoint: endpointOf(path), type: 'error', errors: 'json' } as const
  return {
    ...{ endpoint: spec.endpoint, paths: [path], face: 'webApi', methods: [], access: 'everyone' },
    answer: (http) => Promise.resolve(refusedCall(new Refusal('api-not-offered'), spec, http)),
  }
}

import type { HttpResponse } from '../http.ts'
import { Refusal } from '../refusal/refusal.ts'
import { refusedCall } from './refused.ts'
import type { Route } from './route.ts'

/** A probe: open to everyone, reads nothing and tells nothing (Authlete contract, section 1.4). */
export function probeRoute(endpoint: string, response: HttpResponse): Route {
  const answer = { response, outcome: response.status }
  return {
    endpoint,
    face: 'webApi',
    methods: ['GET'],
    access: 'everyone',
    answer: () => Promise.resolve(answer),
  }
}

/** What answers wherever no other route does: clients of the Web API read a code and a message (Authlete contract, section 1.6). */
export function notOfferedRoute(endpoint: string): Route {
  const spec = { endpoint, type: 'error', errors: 'json' } as const
  return {
    ...{ endpoint, face: 'webApi', methods: [], access: 'everyone' },
    answer: (http) => Promise.resolve(refusedCall(new Refusal('api-not-offered'), spec, http)),
  }
}

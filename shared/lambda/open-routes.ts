import type { HttpResponse } from '../http.ts'
import { endpointOf, type Route } from './route.ts'

/** A probe for everyone. It reads nothing and reveals nothing (Authlete contract, section 1.4). */
export function probe(path: string, response: HttpResponse): Route {
  return {
    endpoint: endpointOf(path),
    paths: [path],
    face: 'webApi',
    methods: ['GET'],
    access: 'everyone',
    answer: () => Promise.resolve({ response, outcome: response.status }),
  }
}

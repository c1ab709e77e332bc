import type { HttpRequest } from '../../shared/http.ts'

export type Members = Readonly<
  Record<string, unknown>
> /** Makes a call of version 3 of the Web API with these members. */
export function requestOf(members: Members): HttpRequest {
  return {
    requestId: 'provision',
    method: 'POST',
    route: '/api/{serviceId}',
    pathParameters: { serviceId: 'provision' },
    query: new URLSearchParams(),
    headers: new Map([['content-type', ['application/json']]]),
    body: Buffer.from(JSON.stringify(members)),
    onMtlsDomain: false,
    tlsCertificate: 'absent',
  }
}

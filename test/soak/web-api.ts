import type { Reply, Send } from './requests.ts'

/** A call of the Web API by v3 with the `manage` credential; by GET or DELETE without a body. */
export type WebApi = (kind: string, path: string, body?: object, method?: string) => Promise<Reply>

export function openWebApi(send: Send, serviceId: number, accessToken: string): WebApi {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  return (kind, path, body, method = body === undefined ? 'GET' : 'POST') =>
    send({
      ...{ as: undefined, on: 'plain', kind, method, path: `/api/${serviceId}${path}`, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}

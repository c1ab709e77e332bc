import * as z from 'zod/mini'
import { ROUTES, type Sent } from './gateway.ts'
import { ORGANIZATION } from './management.ts'
import type { TestClient, Walk } from './walk.ts'

type Members = Record<string, z.ZodMiniType>

/** A schema that is made when it is first used is another one inside. */
const madeOf = (call: z.ZodMiniType) => (call instanceof z.ZodMiniLazy ? call._zod.innerType : call)

/** Every method of every route of the Web API that reads members. */
export const CALLS = Object.entries(ROUTES).flatMap(([template, { call, methods, access }]) => {
  if (call === undefined) return []
  const { shape } = madeOf(call) as unknown as { shape: Members }
  return methods.map((method) => ({ name: `${method} ${template}`, template, method, access, call, shape }))
})
export type Call = (typeof CALLS)[number]

/** A query has only text. */
export const inQuery = ({ method }: Pick<Call, 'method'>) => method === 'GET' || method === 'DELETE'

/** By credentials of the role that is needed, for the service and the client of the walk. */
export function sentTo(
  { template, method, access }: Call,
  members: Record<string, unknown>,
  { serviceId, secrets }: Walk,
  client: TestClient,
): Sent {
  const isOwner = access === 'owner' || (access === 'service' && !template.includes('{serviceId}'))
  const isV3 = template.includes('{serviceId}')
  const basic = `Basic ${Buffer.from(`${serviceId}:${secrets.manage}`).toString('base64')}`
  const authorization = isOwner ? `Bearer ${ORGANIZATION}` : isV3 ? `Bearer ${secrets.manage}` : basic
  const parameters = Object.entries({
    serviceId,
    apiKey: serviceId,
    clientId: client.id,
    subject: 'testuser01',
  })
  const pathParameters = Object.fromEntries(parameters.filter(([name]) => template.includes(`{${name}}`)))
  const about = { route: template, method, pathParameters }
  if (inQuery({ method })) {
    const query = new URLSearchParams(
      Object.entries(members).map(([name, value]): [string, string] => [name, String(value)]),
    )
    return { ...about, headers: { authorization }, query: query.toString() }
  }
  const headers = { authorization, 'content-type': 'application/json' }
  return { ...about, headers, body: JSON.stringify(members) }
}

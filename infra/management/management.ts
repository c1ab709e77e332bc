import { createClient } from '../../functions/management/clients/decide.ts'
import { readClient } from '../../functions/management/clients/request.ts'
import { createService } from '../../functions/management/services/decide.ts'
import { readNew } from '../../functions/management/services/request.ts'
import { type OwnerCall, surroundings } from '../../shared/runtime/call.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { RequestLog } from '../../shared/runtime/log.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Service } from '../../shared/store/service.ts'
import { Complaint } from '../command.ts'
import { renewOwner } from './owner.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Makes services and clients by the steps of the management API, with the same members and rules. Its credentials are not
 * checked: the first service has none yet, and a person who can write to the tables needs none.
 *
 * @throws Complaint that names the wrong member
 */
export function openManagement(runtime: Runtime) {
  const owner = (): OwnerCall => ({
    ...surroundings(runtime, new RequestLog()),
    caller: { credential: 'provisioning', role: 'owner' },
  })
  const newService = (number: number, members: Members, cacheSeconds?: number) =>
    named('service', async () => {
      const change = readNew(requestOf(members))
      expectKnown(members, { ...change.deciding, ...change.carried, jwks: true, credentials: true })
      return createService(change, owner(), number, cacheSeconds)
    })
  const newClient = (name: string, members: Members, service: Service) =>
    named(`client ${name}`, async () => {
      const request = readClient(requestOf(members))
      expectKnown(members, request.settings)
      return createClient(request, { ...owner(), service })
    })
  return { newService, newClient, newOwner: () => renewOwner(runtime.store.registry, runtime.random) }
}

/** The API ignores members that it does not know. In a file they are mistakes. */
function expectKnown(members: Members, known: object): void {
  const unknown = Object.entries(members).find(
    ([name, value]) => value !== null && value !== '' && value !== 0 && !(name in known),
  )
  if (unknown !== undefined)
    throw new Complaint(`${unknown[0]} is not a setting (docs/settings.md lists them)`)
}

/** A call of v3 with these members. */
function requestOf(members: Members): HttpRequest {
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

async function named<Result>(subject: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof Refusal) throw new Complaint(`${subject}: ${error.description}`, { cause: error })
    if (error instanceof Complaint) throw new Complaint(`${subject}: ${error.message}`, { cause: error })
    throw error
  }
}

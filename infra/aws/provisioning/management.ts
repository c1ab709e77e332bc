import { createClient } from '../../../functions/management/clients/decide.ts'
import { readClient } from '../../../functions/management/clients/request.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import { createService } from '../../../functions/management/services/decide.ts'
import { readNew } from '../../../functions/management/services/request.ts'
import { type OwnerCall, surroundings } from '../../../shared/call.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { RequestLog } from '../../../shared/log.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Runtime } from '../../../shared/runtime.ts'
import type { Service } from '../../../shared/store/service.ts'
import { Complaint } from '../deployment/complaint.ts'
import { type OwnerCredentials, putOwner } from './owner.ts'

type Settings = Readonly<Record<string, unknown>>

/**
 * Services and clients by the steps of the management API: the same members, the same rules. Its credentials are not asked
 * for, as who holds the tables needs none, and those of the first service are not there yet.
 *
 * @throws Complaint that names what is wrong with the settings
 */
export function openManagement(runtime: Runtime) {
  const { random, store } = runtime
  const owner = (): OwnerCall => ({
    ...surroundings(runtime, new RequestLog()),
    caller: { credential: 'provisioning', role: 'owner' },
  })

  function newService(number: number, settings: Settings) {
    return told('service', async () => {
      const change = readNew(bodyOf(settings))
      expectKnown(settings, { ...change.deciding, ...change.carried, jwks: true, credentials: true })
      return createService(change, owner(), number)
    })
  }

  function newClient(name: string, wished: Settings, service: Service) {
    return told(`client ${name}`, async () => {
      const request = readClient(bodyOf(wished))
      expectKnown(wished, request.settings)
      return createClient(request, { ...owner(), service })
    })
  }

  /** Whoever was the owner before is not any longer. */
  async function newOwner(): Promise<OwnerCredentials> {
    const owner = {
      serviceOwnerApiKey: String(newNumber(random)),
      serviceOwnerApiSecret: newSecret(random),
      organizationAccessToken: newSecret(random),
    }
    await putOwner(store.registry, owner)
    return owner
  }

  return { newService, newClient, newOwner }
}

/** The API ignores members that it does not know; in a file they are slips. */
function expectKnown(settings: Settings, known: object): void {
  const unknown = Object.entries(settings).find(
    ([name, value]) => value !== null && value !== '' && value !== 0 && !(name in known),
  )
  if (unknown !== undefined) throw new Complaint(`${unknown[0]} is no setting (docs/settings.md has them)`)
}

/** As a call of v3 brings them. */
function bodyOf(settings: Settings): HttpRequest {
  return {
    requestId: 'provision',
    method: 'POST',
    route: '/api/{serviceId}',
    pathParameters: { serviceId: 'provision' },
    query: new URLSearchParams(),
    headers: new Map([['content-type', ['application/json']]]),
    body: Buffer.from(JSON.stringify(settings)),
    onMtlsDomain: false,
    tlsCertificate: 'absent',
  }
}

async function told<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof Refusal) throw new Complaint(`${what}: ${error.description}`, { cause: error })
    if (error instanceof Complaint) throw new Complaint(`${what}: ${error.message}`, { cause: error })
    throw error
  }
}

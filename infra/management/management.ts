import { createClient } from '../../functions/management/clients/decide.ts'
import { readClient } from '../../functions/management/clients/request.ts'
import { createService } from '../../functions/management/services/decide.ts'
import { readNew } from '../../functions/management/services/request.ts'
import { type OwnerCall, surroundings } from '../../shared/runtime/call.ts'
import { RequestLog } from '../../shared/runtime/log.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Service } from '../../shared/store/service.ts'
import { Complaint } from '../command.ts'
import { LOCAL, type Operator, runOperation } from './operation.ts'
import { addOwner, removeOwner, renewOwner } from './owner.ts'
import { type Members, requestOf } from './request.ts'

/**
 * Creates services and clients with the steps of the management API, with the same members and rules. Credentials are not checked: there
 * are none for the first service, and anyone who can write to the tables does not need them.
 *
 * @throws Complaint for the first problem (`problemsOfService` and `problemsOfClient` find all)
 */
export function openManagement(runtime: Runtime, operator: Operator = LOCAL) {
  const recorded = <Result>(subject: string, action: (call: OwnerCall) => Promise<Result>) =>
    withSubject(subject, () =>
      runOperation(runtime, operator, (recording) =>
        action({ ...surroundings(recording, new RequestLog()), caller: OWNER }),
      ),
    )
  return {
    newService: (number: number, members: Members, cacheSeconds?: number, apiSecret?: string) =>
      recorded('service', (call) =>
        createService(readNew(requestOf(members)), call, number, cacheSeconds, apiSecret),
      ),
    newClient: (name: string, members: Members, service: Service) =>
      recorded(`client ${name}`, (call) =>
        createClient(readClient(requestOf(members)), { ...call, service }),
      ),
    newOwner: () => recorded('owner', ({ store, random }) => renewOwner(store.registry, random)),
    addOwner: () => recorded('owner', ({ store, random }) => addOwner(store.registry, random)),
    removeOwner: (apiKey: string) => recorded('owner', ({ store }) => removeOwner(store.registry, apiKey)),
  }
}

const OWNER = { credential: 'provisioning', role: 'owner' } as const

async function withSubject<Result>(subject: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof Refusal) throw new Complaint(`${subject}: ${error.description}`, { cause: error })
    throw error
  }
}

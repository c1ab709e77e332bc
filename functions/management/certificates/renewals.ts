import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Renewal, RenewalPage } from '../../../shared/store/certificates/renewals.ts'
import { findRequestedClient } from '../requested-client.ts'
import type { RenewalListRequest, RequestedRenewal } from './request.ts'

/** Finds the renewal of a certificate of a client. @throws Refusal renewal-unknown, or if there is no such client */
export async function findRenewal({ client, from }: RequestedRenewal, call: Call): Promise<Renewal> {
  const { clientId } = await findRequestedClient(client, call)
  const { renewals } = call.store.certificates
  const [renewal] = await renewals.find(call.service.apiKey, clientId, from)
  if (renewal === undefined) throw new Refusal('renewal-unknown')
  return withEnd(renewal, call)
}

/** Lists the renewals of a client, or of all clients by client, the latest first. @throws Refusal if there is no such client */
export async function listRenewals(
  { size, after, client }: RenewalListRequest,
  call: Call,
): Promise<RenewalPage> {
  const { renewals } = call.store.certificates
  const service = call.service.apiKey
  const page =
    client === undefined
      ? await renewals.ofService(service, size, after)
      : await renewals.ofClient(service, (await findRequestedClient(client, call)).clientId, size, after)
  return { ...page, renewals: page.renewals.map((renewal) => withEnd(renewal, call)) }
}

/** Ends a renewal, and refuses the same announcement for good. Grants that have moved stay where they are. */
export function vetoRenewal(request: RequestedRenewal, call: Call): Promise<Renewal> {
  return changeRenewal(request, call, endedAs('vetoed', call))
}

/** Ends a renewal. The client may announce the same certificate again. Grants that have moved stay where they are. */
export function endRenewal(request: RequestedRenewal, call: Call): Promise<Renewal> {
  return changeRenewal(request, call, endedAs('ended', call))
}

/** Lets a renewal take effect at once. Its end stays. */
export function approveRenewal(request: RequestedRenewal, call: Call): Promise<Renewal> {
  return changeRenewal(request, call, (renewal) => {
    if (!isOpen(renewal, call)) throw new Refusal('renewal-over')
    return renewal.effectiveAt > call.now ? { effectiveAt: call.now } : {}
  })
}

type Change = (renewal: Renewal) => Partial<Renewal>

function endedAs(state: 'vetoed' | 'ended', call: Call): Change {
  return (renewal) => {
    if (renewal.state === state) return {}
    if (!isOpen(renewal, call) && renewal.state !== 'unconfirmed') throw new Refusal('renewal-over')
    return { state }
  }
}

function isOpen({ state, endsAt }: Renewal, { now }: Call): boolean {
  return state === 'open' && now < endsAt
}

/**
 * @param change returns no member if the renewal is already as it should be, so that a call can be repeated
 * @throws Refusal renewal-unknown, renewal-over, or if there is no such client
 */
async function changeRenewal(
  { client: requested, from }: RequestedRenewal,
  call: Call,
  change: Change,
): Promise<Renewal> {
  const { clientId } = await findRequestedClient(requested, call)
  const { renewals } = call.store.certificates
  let result: Renewal | undefined
  await renewals.change(call.service.apiKey, clientId, from, (renewal) => {
    const attributes = change(renewal)
    result = { ...renewal, ...attributes }
    return Object.keys(attributes).length === 0 ? undefined : attributes
  })
  if (result === undefined) throw new Refusal('renewal-unknown')
  return result
}

/** A renewal ends by the clock. */
function withEnd(renewal: Renewal, { now }: Call): Renewal {
  return renewal.state === 'open' && now >= renewal.endsAt ? { ...renewal, state: 'ended' } : renewal
}

import * as z from 'zod/mini'
import {
  authenticateClient,
  findNamedClient,
} from '../../../../shared/authentication/client-authentication.ts'
import { JwksUnavailable } from '../../../../shared/authentication/fetch-jwks.ts'
import type { Call } from '../../../../shared/runtime/call.ts'
import type { ReadCertificate } from '../../../../shared/certificate/presented.ts'
import type { EpochSeconds } from '../../../../shared/epoch-seconds.ts'
import type { Internet } from '../../../../shared/runtime/internet.ts'
import { parseJson } from '../../../../shared/json.ts'
import { type Reason, Refusal, REFUSALS } from '../../../../shared/refusal/refusal.ts'
import { Client } from '../../../../shared/store/client.ts'
import { Service } from '../../../../shared/store/service.ts'
import type { Members } from '../../web-api.ts'

/** Whether a certificate authenticates a client, and if not, which rule says no. */
export type Verdict =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly reason: Reason; readonly resultCode: string; readonly message: string }
  /** The client proves itself by something else. */
  | { readonly kind: 'other-method' }
  /** The console cannot decide. */
  | { readonly kind: 'unknown'; readonly why: string }

const METHODS: readonly string[] = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH']

/** The console fetches no address that a client has chosen. */
const NO_INTERNET: Internet = {
  resolve: () => Promise.reject(new JwksUnavailable('address-refused')),
  isAllowed: () => false,
  limitMilliseconds: 1,
  ca: undefined,
}

/**
 * Judges by the rules of the token endpoint (shared/authentication), over the records as the Web API answers them. The TLS terminator
 * checks the chain before; that is not part of it.
 *
 * @param service the answer of `/service/get`
 */
export function judgeFor(service: Members, certificate: ReadCertificate, now: Date) {
  const stored = z.safeParse(Service, { ...service, ...KEPT_ELSEWHERE })
  const seconds = Math.floor(now.getTime() / 1000) as EpochSeconds
  return async (record: Members): Promise<Verdict> => {
    if (!METHODS.includes(String(record['tokenAuthMethod']))) return { kind: 'other-method' }
    const jwks = typeof record['jwks'] === 'string' ? parseJson(record['jwks']) : undefined
    const client = z.safeParse(Client, { ...record, jwks })
    if (!stored.success || !client.success) return { kind: 'unknown', why: UNREADABLE }
    return judge(client.data, certificate, callFor(stored.data, client.data, seconds))
  }
}

/** Members that answers spell otherwise than records, or that do not matter here. */
const KEPT_ELSEWHERE = { jwks: [], credentials: [], keyUses: [], keyDates: [], tokensNotBefore: undefined }

const UNREADABLE = 'The deployment has settings that this version of the console does not know.'

async function judge(client: Client, certificate: ReadCertificate, call: Call): Promise<Verdict> {
  const clientId = String(client.clientId)
  const form = {
    ...{ clientId, clientSecret: undefined },
    ...{ clientAssertion: undefined, clientAssertionType: undefined },
  }
  try {
    const found = await findNamedClient(clientId, call)
    if (found === 'locked') return no('client-locked')
    if (found === 'breaks-fapi2') return no('client-breaks-fapi2')
    await authenticateClient(client, { form, certificate, unidentified: 'client-unidentified' }, call)
    return { kind: 'yes' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.reason === 'client-keys-unavailable') return { kind: 'unknown', why: BEHIND_URI }
    return no(error.reason, error.description)
  }
}

const BEHIND_URI = 'Its keys are behind jwksUri, which the console does not fetch.'

function no(reason: Reason, message: string = REFUSALS[reason][3]): Verdict {
  return { kind: 'no', reason, resultCode: REFUSALS[reason][0], message }
}

/** The part of a call that these rules look at. */
function callFor(service: Service, client: Client, now: EpochSeconds): Call {
  const registry = { findClient: () => Promise.resolve(client) }
  return { service, now, internet: NO_INTERNET, store: { registry } } as unknown as Call
}

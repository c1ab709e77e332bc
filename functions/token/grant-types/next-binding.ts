import { boundThumbprint, judge, type Verdict } from '../../../shared/certificate/binding.ts'
import { thumbprintOf } from '../../../shared/certificate/presented.ts'
import { judgeRenewal } from '../../../shared/certificate/renewal.ts'
import { bindTo } from '../../../shared/possession/token-binding.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import { isNotedListLate } from '../../../shared/store/certificates/late-lists.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { TokenOrder } from '../../../shared/token/issue.ts'
import type { TokenContext } from './grant-type.ts'

const BINDING_REASON = {
  missing: 'binding-certificate-missing',
  unreadable: 'binding-certificate-unreadable',
  differs: 'refresh-certificate-differs',
  'missing-proof': 'refresh-key-missing',
  'key-differs': 'refresh-key-differs',
  'needless-proof': 'refresh-proof-needless',
  damaged: 'refresh-binding-damaged',
  unbound: 'refresh-binding-damaged',
} as const satisfies Record<string, Reason>

const RENEWAL_REASON = {
  early: 'refresh-certificate-early',
  late: 'binding-list-late',
} as const satisfies Record<string, Reason>

/** The verdicts about a certificate or key that is not the one of the grant. */
const RENEWABLE: ReadonlySet<Verdict> = new Set<Verdict>(['missing', 'unreadable', 'differs', 'key-differs'])

type NextBinding = Pick<TokenOrder, 'binding' | 'renewedByAnnouncement'>

/**
 * The binding of the new access token. A bound grant keeps its kind of binding (decision D6). An announced renewal leads to one other
 * certificate. Otherwise clients that authenticate with a certificate or an assertion may use a renewed certificate or another key, unless
 * the grant has followed an announcement, and all others need the one of the grant (decisions D4 and D5).
 *
 * @throws Refusal refresh-…, binding-certificate-…, binding-list-late
 */
export async function nextBinding(grant: Tokens, context: TokenContext, call: Call): Promise<NextBinding> {
  const { client, certificate, proof } = context
  const { renewedByAnnouncement } = grant
  const proves = AUTHENTICATION_METHODS[client.tokenAuthMethod].proves
  const mayRenew = proves === 'key' && renewedByAnnouncement === undefined
  if (grant.binding === 'none') {
    if (context.binding !== 'none' && !mayRenew) throw new Refusal('refresh-grant-unbound')
    return { binding: context.binding }
  }
  const verdict = judge(grant.binding, { certificate, proofKey: proof.jkt })
  const renewal = verdict === 'differs' ? await findRenewal(grant, context, call) : 'none'
  if (renewal === 'leads') return { binding: bindTo(certificate), renewedByAnnouncement: true }
  if (verdict !== 'holds' && !(mayRenew && RENEWABLE.has(verdict)))
    throw new Refusal(renewal === 'none' ? BINDING_REASON[verdict] : RENEWAL_REASON[renewal])
  const binding = proof.jkt === undefined ? bindTo(certificate) : { jkt: proof.jkt }
  return { binding, renewedByAnnouncement }
}

/**
 * Whether the client has announced the certificate of the request as the next one of the grant. This costs a read.
 *
 * @returns `late` if the certificate of the grant may have been revoked unnoticed, which ends its renewal
 */
async function findRenewal(
  grant: Tokens,
  { client, certificate }: TokenContext,
  call: Call,
): Promise<ReturnType<typeof judgeRenewal> | 'late'> {
  const { service, store, now } = call
  const [from, to] = [boundThumbprint(grant.binding), thumbprintOf(certificate)]
  if (from === undefined || to === undefined || !settingsOf(service, client).renewalAnnounceable)
    return 'none'
  const { renewals } = store.certificates
  const [renewal] = await renewals.find(grant.service, grant.client, from)
  const verdict = judgeRenewal(renewal, { from, to }, now)
  return verdict === 'leads' && (await isNotedListLate(from, call)) ? 'late' : verdict
}

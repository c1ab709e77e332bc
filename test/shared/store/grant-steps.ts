import type { Grants } from '../../../shared/store/grants.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { NO_PROOF, randomDigest, type sampleGrant } from './sample-grant.ts'

type Sample = ReturnType<typeof sampleGrant>

/** Brings a sample from nothing to a stage. */
export const STAGES = {
  PUSHED: (grants: Grants, { pushed }: Sample) => grants.create(pushed, NO_PROOF),
  STARTED: async (grants: Grants, sample: Sample) => {
    await STAGES.PUSHED(grants, sample)
    await grants.useRequest(sample.pushed, sample.started)
  },
  TICKET: (grants: Grants, { ticket }: Sample) => grants.createWithoutProof(ticket),
  CODE: async (grants: Grants, sample: Sample) => {
    await STAGES.TICKET(grants, sample)
    await grants.issueCode(sample.ticket, sample.code)
  },
  TOKENS: async (grants: Grants, sample: Sample) => {
    await STAGES.CODE(grants, sample)
    await grants.redeem(sample.code, sample.tokens, NO_PROOF)
  },
  REFRESHED: async (grants: Grants, sample: Sample) => {
    await STAGES.TOKENS(grants, sample)
    await grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)
  },
}

/** Tokens are random, so those of two requests always differ. */
function withOtherTokens<T extends Tokens & Required<Pick<Tokens, 'refresh'>>>(tokens: T): T {
  const refresh = { ...tokens.refresh, refreshDigest: randomDigest() }
  return { ...tokens, accessDigest: randomDigest(), refresh }
}

/** Each conditional step, with its first stage, the grant that it leaves, and the sample of another request for the same step. */
export const STEPS = [
  {
    name: 'useRequest',
    from: 'PUSHED',
    take: (grants: Grants, { pushed, started }: Sample) => grants.useRequest(pushed, started),
    to: (sample: Sample) => sample.started,
    rival: (sample: Sample) => sample,
  },
  {
    name: 'issueCode',
    from: 'TICKET',
    take: (grants: Grants, { ticket, code }: Sample) => grants.issueCode(ticket, code),
    to: (sample: Sample) => sample.code,
    rival: (sample: Sample) => sample,
  },
  {
    name: 'redeem',
    from: 'CODE',
    take: (grants: Grants, { code, tokens }: Sample) => grants.redeem(code, tokens, NO_PROOF),
    to: (sample: Sample) => sample.tokens,
    rival: (sample: Sample): Sample => ({ ...sample, tokens: withOtherTokens(sample.tokens) }),
  },
  {
    name: 'refresh',
    from: 'TOKENS',
    take: (grants: Grants, { tokens, refreshed }: Sample) => grants.refresh(tokens, refreshed, NO_PROOF),
    to: (sample: Sample) => sample.refreshed,
    rival: (sample: Sample): Sample => ({ ...sample, refreshed: withOtherTokens(sample.refreshed) }),
  },
] as const

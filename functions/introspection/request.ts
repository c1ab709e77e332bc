import * as z from 'zod/mini'
import { lazyObject } from '../../shared/lazy-object.ts'
import { readPresented } from '../../shared/certificate/presented.ts'
import type { HttpRequest } from '../../shared/http.ts'
import type { IntrospectionRequest } from '../../shared/token/introspection-checks.ts'
import type { SentProof } from '../../shared/dpop/proof.ts'
import { verifyNonce } from '../../shared/possession/nonce.ts'
import { proofMembers, proofFromWebApi } from '../../shared/possession/sent-proof.ts'
import { type FormRules, parseForm } from '../../shared/request/form.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { flagMember, listMember, numberMember } from '../../shared/request/body.ts'
import { parseScope } from '../../shared/request/scope.ts'

export const FORM: FormRules = {
  malformed: 'token-parameters-malformed',
  repeated: { token: 'token-repeated', scopes: 'token-repeated' },
}

/** A client introspects its own token over mutual TLS (architecture, section 1). @throws Refusal token-… */
export function fromForm(form: string, http: HttpRequest): IntrospectionRequest {
  const parameters = parseForm(form, FORM).parameters
  const token = parameters.get('token')
  if (token === undefined) throw new Refusal('token-missing')
  const text = parameters.get('scopes')
  const scopes = text === undefined ? [] : parseScope(text)
  if (scopes === 'malformed') throw new Refusal('token-parameters-malformed')
  return {
    token,
    scopes,
    subject: undefined,
    clientCertificate: http.tlsCertificate,
    boundOnly: true,
    resources: [],
  }
}

export const IntrospectionCall = lazyObject(() => ({
  token: z.optional(z.string()),
  scopes: z.optional(listMember),
  subject: z.optional(z.string()),
  resources: z.optional(listMember),
  clientCertificate: z.optional(z.string()),
  ...proofMembers(),
  acrValues: z.optional(listMember),
  maxAge: z.optional(numberMember(z.positive())),
  explain: z.optional(flagMember),
}))

/** `/auth/introspection` of the Web API (Authlete contract, section 2.8). @throws Refusal token-missing, resource-proof-target-missing */
export function fromWebApi(call: z.infer<typeof IntrospectionCall>): IntrospectionRequest {
  if (call.token === undefined) throw new Refusal('token-missing')
  const { token, scopes = [], subject, resources = [], acrValues = [], maxAge, explain = false } = call
  return {
    ...{ token, scopes, subject, resources, acrValues, maxAge, explain },
    clientCertificate: readPresented(call.clientCertificate),
    proof: presentedProof(call),
    verifyNonce,
    boundOnly: false,
  }
}

function presentedProof(call: z.infer<typeof IntrospectionCall>): SentProof | undefined {
  const sent = proofFromWebApi(call)
  if (sent === undefined) return undefined
  if (call.htm === undefined || call.htu === undefined) throw new Refusal('resource-proof-target-missing')
  return sent
}

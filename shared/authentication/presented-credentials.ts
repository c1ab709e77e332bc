import * as z from 'zod/mini'
import { readPresented, type PresentedCertificate } from '../certificate/presented.ts'
import type { HttpRequest } from '../http.ts'
import { readBasic } from '../request/basic.ts'
import { certificateMembers } from '../request/certificate-members.ts'
import { type PresentedAssertion, readClientAssertion } from './client-assertion.ts'
import type { Parameters } from '../request/form.ts'
import type { Client } from '../store/client.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'

/** The credentials in a request. Nothing in them is proved yet. Only the Web API can have a secret both in `basic` and in `form`. */
export interface PresentedCredentials {
  /** The credentials in the `Authorization` header, or in the members `clientId` and `clientSecret` of a Web API call. */
  readonly basic?: { readonly clientId: string | undefined; readonly clientSecret: string | undefined }
  readonly form: PresentedAssertion & {
    readonly clientId: string | undefined
    readonly clientSecret: string | undefined
  }
  /** The certificate of the mutual-TLS context, or of the member `clientCertificate`. */
  readonly certificate: PresentedCertificate
  /** The further certificates that the client sent. Only the Web API has them. */
  readonly certificatePath?: readonly PresentedCertificate[] | undefined
  /** The reason to refuse a request without a client ID, which depends on the face (Authlete contract, section 7.2). */
  readonly unidentified: Reason
}

/** The form parameters of client authentication, with the reason to refuse a second one. */
export const CREDENTIAL_PARAMETERS = {
  client_id: 'client-repeated',
  client_secret: 'client-secret-repeated',
  client_assertion_type: 'assertion-type-repeated',
  client_assertion: 'assertion-repeated',
} as const

/**
 * The credentials of a request on the OAuth face. The certificate comes only from the TLS context (decision D12).
 *
 * @throws Refusal basic-malformed, methods-combined (RFC 6749 section 2.3: one method in a request)
 */
export function credentialsFromHttp(http: HttpRequest, parameters: Parameters): PresentedCredentials {
  const basic = readBasic(http)
  if (basic === 'malformed') throw new Refusal('basic-malformed')
  const form = credentialsFromForm(parameters)
  const inForm = form.clientSecret !== undefined || form.clientAssertion !== undefined
  if (basic !== 'absent' && inForm) throw new Refusal('methods-combined')
  return {
    ...(basic === 'absent' ? {} : { basic: { clientId: basic.id, clientSecret: basic.secret } }),
    form,
    certificate: http.tlsCertificate,
    unidentified: 'client-unidentified',
  }
}

/** The members of a call that `credentialsFromWebApi` reads. */
export const credentialMembers = () => ({
  clientId: z.optional(z.string()),
  clientSecret: z.optional(z.string()),
  ...certificateMembers(),
})

/**
 * The credentials of a request on the Web API. Callers may send a secret twice, in members and in `parameters`. The method of the client
 * decides which one counts (Authlete contract, section 4.2).
 *
 * @throws Refusal methods-combined
 */
export function credentialsFromWebApi(
  call: z.infer<z.ZodMiniObject<ReturnType<typeof credentialMembers>>>,
  parameters: Parameters,
): PresentedCredentials {
  const form = credentialsFromForm(parameters)
  const { clientId, clientSecret } = call
  return {
    ...(clientId === undefined && clientSecret === undefined ? {} : { basic: { clientId, clientSecret } }),
    form,
    certificate: readPresented(call.clientCertificate),
    certificatePath: call.clientCertificatePath?.map(readPresented),
    unidentified: 'client-missing',
  }
}

function credentialsFromForm(parameters: Parameters): PresentedCredentials['form'] {
  const assertion = parameters.get('client_assertion')
  const form = {
    clientId: parameters.get('client_id'),
    clientSecret: parameters.get('client_secret'),
    clientAssertion: assertion === undefined ? undefined : readClientAssertion(assertion),
    clientAssertionType: parameters.get('client_assertion_type'),
  }
  if (form.clientSecret !== undefined && form.clientAssertion !== undefined)
    throw new Refusal('methods-combined')
  return form
}

/** Refuses credentials of another method than the one registered. @throws Refusal method-not-registered */
export function refuseOtherCredentials(client: Client, ...credentials: unknown[]): void {
  if (credentials.some((credential) => credential !== undefined)) {
    throw new Refusal('method-not-registered', { named: client.tokenAuthMethod })
  }
}

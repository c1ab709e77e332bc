import type { HttpRequest } from '../http.ts'
import { readBasic } from './basic.ts'
import { type ClientAssertion, readClientAssertion } from './client-assertion.ts'
import type { Parameters } from './parameters.ts'
import { type Reason, Refusal } from './refusal.ts'

/** What a request says of its client. Nothing in it is proved yet. */
export interface PresentedCredentials {
  /** From the `Authorization` header, or what the Web API has in its place. */
  readonly basic?: { readonly clientId: string | undefined; readonly clientSecret: string | undefined }
  readonly form: {
    readonly clientId: string | undefined
    readonly clientSecret: string | undefined
    readonly clientAssertion: ClientAssertion | 'malformed' | undefined
    readonly clientAssertionType: string | undefined
  }
  /** PEM text from the mutual-TLS context, or what the Web API has in its place. */
  readonly certificate: string | undefined
  /** Why to refuse when none of this names a client: the two faces differ (contract 7.2, requirements A02). */
  readonly unidentified: Reason
}

/** The form parameters that belong to client authentication, and why to refuse them when they are there twice. */
export const CREDENTIAL_PARAMETERS = {
  client_id: 'client-repeated',
  client_secret: 'client-secret-repeated',
  client_assertion_type: 'assertion-type-repeated',
  client_assertion: 'assertion-repeated',
} as const

/**
 * Credentials of a request on the OAuth face. The certificate comes from the TLS context and from nowhere else
 * (requirements D12).
 *
 * @throws Refusal basic-malformed, methods-combined (RFC 6749 section 2.3: one method a request)
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

interface WebApiCredentials {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly clientCertificate?: string | undefined
}

/**
 * Credentials of a request on the Web API. Members of the call win over the same in `parameters`: a secret in the
 * form is then not even looked at (contract, section 4.2).
 */
export function credentialsFromWebApi(call: WebApiCredentials, parameters: Parameters): PresentedCredentials {
  const form = credentialsFromForm(parameters)
  const { clientId, clientSecret } = call
  return {
    ...(clientId === undefined && clientSecret === undefined ? {} : { basic: { clientId, clientSecret } }),
    form: clientSecret === undefined ? form : { ...form, clientSecret: undefined },
    certificate: call.clientCertificate,
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

import * as z from 'zod/mini'
import { present, type Presented } from '../certificate/presented.ts'
import type { HttpRequest } from '../http.ts'
import { readBasic } from '../request/basic.ts'
import { type ClientAssertion, readClientAssertion } from './client-assertion.ts'
import type { Parameters } from '../request/form.ts'
import type { Client } from '../store/client.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { listFromText } from '../request/body.ts'

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
  /** From the mutual-TLS context, or what the Web API has in its place. */
  readonly certificate: Presented
  /** What the client sent along with it; the OAuth face has none. */
  readonly certificatePath?: readonly Presented[] | undefined
  /** Why to refuse when none of this names a client: the two faces differ (Authlete contract, section 7.2; requirement A02). */
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
 * (decision D12).
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

/** How calls carry what `credentialsFromWebApi` reads. */
export const CREDENTIAL_MEMBERS = {
  clientId: z.optional(z.string()),
  clientSecret: z.optional(z.string()),
  clientCertificate: z.optional(z.string()),
  clientCertificatePath: z.optional(z.pipe(z.transform(certificateList), z.array(z.string()))),
}

/** In form bodies a list is one text, its items separated by a space. PEM has spaces, but ends by its label. */
function certificateList(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes(BEGIN)) return listFromText(value)
  return value.split(new RegExp(`(?=${BEGIN})`)).filter((text) => text.trim() !== '')
}

const BEGIN = '-----BEGIN '

/**
 * Credentials of a request on the Web API. Members of the call win over the same in `parameters`: a secret in the
 * form is then not even looked at (Authlete contract, section 4.2).
 */
export function credentialsFromWebApi(
  call: z.infer<z.ZodMiniObject<typeof CREDENTIAL_MEMBERS>>,
  parameters: Parameters,
): PresentedCredentials {
  const form = credentialsFromForm(parameters)
  const { clientId, clientSecret } = call
  return {
    ...(clientId === undefined && clientSecret === undefined ? {} : { basic: { clientId, clientSecret } }),
    form: clientSecret === undefined ? form : { ...form, clientSecret: undefined },
    certificate: present(call.clientCertificate),
    certificatePath: call.clientCertificatePath?.map(present),
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

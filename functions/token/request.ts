import * as z from 'zod/mini'
import { lazyObject } from '../../shared/lazy-object.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { type Form, type FormRules, parseForm } from '../../shared/request/form.ts'
import {
  credentialMembers,
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  credentialsFromWebApi,
  type PresentedCredentials,
} from '../../shared/authentication/presented-credentials.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { SentProof } from '../../shared/dpop/proof.ts'
import { proofMembers, proofFromHttp, proofFromWebApi } from '../../shared/possession/sent-proof.ts'
import { extraMembers, NO_EXTRAS, readExtras, type TokenExtras } from '../../shared/token/extras.ts'

/** A token request of either face. Only its shape has been checked. */
export interface TokenRequest {
  readonly grantType: string | undefined
  readonly credentials: PresentedCredentials
  readonly proof: SentProof | undefined
  readonly code: string | undefined
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
  readonly refreshToken: string | undefined
  readonly scope: string | undefined
  /** The values of `resource` (RFC 8707), which are not checked yet. */
  readonly resources: readonly string[]
  /** Names of parameters without a value, which count as absent. */
  readonly empty: ReadonlySet<string>
  /** The additions of the caller of the Web API. */
  readonly extras: TokenExtras
}

export const FORM: FormRules = {
  malformed: 'parameters-malformed',
  repeated: {
    ...CREDENTIAL_PARAMETERS,
    grant_type: 'grant-type-repeated',
    code: 'code-repeated',
    redirect_uri: 'token-redirect-uri-repeated',
    code_verifier: 'verifier-repeated',
    refresh_token: 'refresh-token-repeated',
    scope: (parameters) =>
      parameters.get('grant_type') === 'refresh_token' ? 'refresh-scope-repeated' : 'scope-repeated',
  },
  repeatable: ['resource'],
}

/** RFC 6749 section 3.2. @throws Refusal for a malformed form or malformed credentials */
export function fromForm(form: string, http: HttpRequest): TokenRequest {
  const read = parseForm(form, FORM)
  return tokenRequest(read, credentialsFromHttp(http, read.parameters), proofFromHttp(http), NO_EXTRAS)
}

export const TokenCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  ...credentialMembers(),
  ...proofMembers(),
  ...extraMembers(),
}))

/**
 * `/auth/token` of the Web API (Authlete contract, section 2.5).
 *
 * @throws Refusal as `fromForm`, parameters-missing, member-refused, name-reserved
 */
export function fromWebApi(call: z.infer<typeof TokenCall>): TokenRequest {
  if (call.parameters === undefined) throw new Refusal('parameters-missing')
  const read = parseForm(call.parameters, FORM)
  const credentials = credentialsFromWebApi(call, read.parameters)
  return tokenRequest(read, credentials, proofFromWebApi(call), readExtras(call))
}

function tokenRequest(
  { parameters, empty, repeatable }: Form,
  credentials: PresentedCredentials,
  proof: SentProof | undefined,
  extras: TokenExtras,
): TokenRequest {
  return {
    grantType: parameters.get('grant_type'),
    credentials,
    proof,
    code: parameters.get('code'),
    redirectUri: parameters.get('redirect_uri'),
    codeVerifier: parameters.get('code_verifier'),
    refreshToken: parameters.get('refresh_token'),
    scope: parameters.get('scope'),
    resources: repeatable.get('resource') ?? [],
    empty,
    extras,
  }
}

import { isJsonObject, type JsonObject } from '../../../shared/json.ts'
import { LIMITS } from '../../../shared/limits.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import { parseJsonObject } from '../../../shared/request/strict-json.ts'

/** The request for one claim: `essential`, `value`, `values`. */
type ClaimRequest = JsonObject | null
type Claims = Readonly<Record<string, ClaimRequest>>

/** The parameter `claims` (OpenID Connect Core section 5.5). Only the requests for `sub` and `acr` are read. */
export interface RequestedClaims {
  /** The members of the parameter, unchanged. */
  readonly idToken: Claims | undefined
  readonly userInfo: Claims | undefined
  /** The only end-user that the client accepts. */
  readonly subject: string | undefined
  readonly acrs: readonly string[]
  readonly acrEssential: boolean
  readonly authTimeEssential: boolean
}

/** Members of `claims` other than `id_token` and `userinfo` are ignored. */
export function parseClaims(text = '{}'): RequestedClaims | Reason {
  const bytes = Buffer.from(text)
  if (bytes.length > LIMITS.claims) return 'claims-too-long'
  const claims = parseJsonObject(bytes)
  if (claims === undefined) return 'claims-malformed'
  const [idToken, userInfo] = [claims['id_token'], claims['userinfo']].map((member) => member ?? undefined)
  if (!isClaims(idToken) || !isClaims(userInfo)) return 'claims-malformed'
  const subjects = [...valuesOf(idToken?.['sub']), ...valuesOf(userInfo?.['sub'])]
  const acrs = valuesOf(idToken?.['acr'])
  // Two subjects cannot both be the end-user.
  if (!areTexts(acrs) || !areTexts(subjects) || new Set(subjects).size > 1) return 'claims-malformed'
  return {
    ...{ idToken, userInfo, acrs },
    subject: subjects[0],
    acrEssential: idToken?.['acr']?.['essential'] === true,
    authTimeEssential: idToken?.['auth_time']?.['essential'] === true,
  }
}

function isClaims(member: unknown): member is Claims | undefined {
  if (member === undefined) return true
  return isJsonObject(member) && Object.values(member).every((each) => each === null || isJsonObject(each))
}

function valuesOf(request: ClaimRequest | undefined): readonly unknown[] {
  const { value, values = [] } = request ?? {}
  return [
    ...(value === undefined ? [] : [value]),
    ...(Array.isArray(values) ? (values as unknown[]) : [values]),
  ]
}

function areTexts(values: readonly unknown[]): values is readonly string[] {
  return values.every((value) => typeof value === 'string' && value !== '')
}

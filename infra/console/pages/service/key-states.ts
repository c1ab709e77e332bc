import { isJsonObject } from '../../../../shared/json.ts'
import type { Members } from '../../web-api.ts'
import { keysOf } from '../../settings/registered.ts'

/** The state of a published key of a service. Times are milliseconds since the epoch. */
export interface KeyState {
  readonly kid: string
  readonly alg: string
  /** Whether it signs access tokens. */
  readonly isSigning: boolean
  readonly signsFor: readonly string[]
  /** The settings that name it. It cannot be withdrawn while a setting names it. */
  readonly namedBy: readonly string[]
  readonly publishedAt: number | undefined
  /** The time from which every verifier knows it. */
  readonly signsWellFrom: number | undefined
  readonly signedUntil: number | undefined
  /** The time when the last token that it signed expires. */
  readonly withdrawableAt: number | undefined
}

/** The states of the keys, from `keyUses` of the record. */
export function keyStates(record: Members): KeyState[] {
  const uses = Array.isArray(record['keyUses']) ? record['keyUses'].filter(isJsonObject) : []
  return keysOf(record).map((key) => {
    const kid = String(key['kid'])
    const use: Members = uses.find((one) => one['kid'] === kid) ?? {}
    const signsFor = texts(use['signs'])
    return {
      kid,
      alg: String(key['alg']),
      isSigning: signsFor.includes('ACCESS_TOKENS'),
      signsFor,
      namedBy: texts(use['namedBy']),
      publishedAt: time(use['publishedAt']),
      signsWellFrom: time(use['signsWellFrom']),
      signedUntil: time(use['signedUntil']),
      withdrawableAt: time(use['withdrawableAt']),
    }
  })
}

const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const time = (value: unknown) => (typeof value === 'number' ? value : undefined)

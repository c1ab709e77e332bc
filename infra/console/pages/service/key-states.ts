import { isJsonObject } from '../../../../shared/json.ts'
import type { Members } from '../../web-api.ts'
import { keysOf } from '../key-set.ts'

/** A published key of a service: what it does, and what may be done with it. Times are milliseconds since the epoch. */
export interface KeyState {
  readonly kid: string
  readonly alg: string
  /** Whether it signs access tokens. */
  readonly isSigning: boolean
  readonly signsFor: readonly string[]
  /** The settings that name it: it cannot be withdrawn before they do not. */
  readonly namedBy: readonly string[]
  readonly publishedAt: number | undefined
  /** When every verifier knows it. */
  readonly signsWellFrom: number | undefined
  readonly signedUntil: number | undefined
  /** When the last token that it signed has ended. */
  readonly withdrawableAt: number | undefined
}

/** The states of the keys, as `keyUses` of the record has them; without times if the deployment does not answer it. */
export function keyStates(record: Members): KeyState[] {
  const uses = Array.isArray(record['keyUses']) ? record['keyUses'].filter(isJsonObject) : []
  return keysOf(record).map((key) => {
    const kid = String(key['kid'])
    const use: Members = uses.find((one) => one['kid'] === kid) ?? fromSettings(record, key)
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

const NAMING = [
  'accessTokenSignatureKeyId',
  'introspectionSignatureKeyId',
  'idTokenSignatureKeyId',
  'userInfoSignatureKeyId',
]

function fromSettings(record: Members, key: Members): Members {
  const { accessTokenSignAlg, accessTokenSignatureKeyId } = record
  const first = keysOf(record).find(({ alg }) => alg === accessTokenSignAlg)
  const isSigning =
    accessTokenSignAlg === key['alg'] && (accessTokenSignatureKeyId ?? first?.['kid']) === key['kid']
  return {
    signs: isSigning ? ['ACCESS_TOKENS'] : [],
    namedBy: NAMING.filter((name) => record[name] === key['kid']),
  }
}

const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const time = (value: unknown) => (typeof value === 'number' ? value : undefined)

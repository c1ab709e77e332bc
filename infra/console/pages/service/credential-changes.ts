import { isJsonObject } from '../../../../shared/json.ts'
import { SCHEMAS } from '../../settings/schemas.ts'
import type { Members } from '../../web-api.ts'

const DAY_MILLISECONDS = 86_400_000
export const MAX_DAYS = 3650

const { credentials: CREDENTIALS } = SCHEMAS['ServiceSettings']?.properties ?? {}
export const ROLES = CREDENTIALS?.items?.properties?.['role']?.enum ?? []

export const credentialsOf = ({ credentials }: Members): Members[] =>
  Array.isArray(credentials) ? credentials.filter(isJsonObject) : []

interface CredentialChange {
  readonly credentials: readonly Members[]
  readonly done: string
}

/** The change that a form makes to the credentials. The Web API creates those without an `id`, and keeps notes that are absent. */
export function changedBy(
  form: URLSearchParams,
  all: readonly Members[],
  now: Date,
): CredentialChange | Error {
  const id = form.get('id') ?? ''
  const days = form.get('days') ?? ''
  if (days !== '' && !(/^[1-9]\d{0,3}$/.test(days) && Number(days) <= MAX_DAYS))
    return new Error(`The days must be a whole number from 1 to ${MAX_DAYS}.`)
  const note = (form.get('note') ?? '').trim()
  const end = days === '' ? {} : { expiresAt: now.getTime() + Number(days) * DAY_MILLISECONDS }
  const kept = all.map(({ id: one, role, expiresAt }) => ({
    id: one,
    role,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }))
  const step = form.get('step')
  const role = ROLES.find((one) => one === form.get('role'))
  if (step === 'make' && role !== undefined)
    return { credentials: [...kept, { role, ...(note === '' ? {} : { note }), ...end }], done: '' }
  if (!all.some((one) => one['id'] === id)) return new Error('The credential does not exist.')
  if (step === 'change')
    return {
      credentials: kept.map((one) => (one.id === id ? { ...one, note, ...end } : one)),
      done: `Changed the credential ${id}.${days === '' ? '' : ` It expires in ${days} days.`}`,
    }
  if (step === 'withdraw')
    return { credentials: kept.filter((one) => one.id !== id), done: `Withdrew the credential ${id}.` }
  return new Error('The action is unknown.')
}

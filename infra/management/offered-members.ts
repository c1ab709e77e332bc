import { isDeepStrictEqual } from 'node:util'
import { Complaint } from '../command.ts'
import type { JsonSchema, Problem } from './problems.ts'
import type { Members } from './request.ts'

const itemsOf = ({ items, anyOf = [] }: JsonSchema): readonly string[] | undefined =>
  items?.enum ?? anyOf.map(itemsOf).find((names) => names !== undefined)

/** Times and numbers that each server gives. */
const GIVEN = ['createdAt', 'modifiedAt', 'serviceOwnerNumber']

/**
 * Takes out the members that are not set and the items of lists that certbound does not offer. If no item remained, the list
 * would mean its default, so it stays as it is and is refused.
 *
 * @returns the names of what was taken out although it was set
 */
export function offered(members: Members, schemas: Readonly<Record<string, object>>) {
  const left: string[] = []
  const right = Object.entries(members).flatMap(([name, value]): [string, unknown][] => {
    const allowed = itemsOf(schemas[name] ?? {})
    const isEmpty =
      [null, '', 0, false].includes(value as null) || (Array.isArray(value) && value.length === 0)
    if (GIVEN.includes(name) || (isEmpty && !(name in schemas))) return []
    if (allowed === undefined || !Array.isArray(value)) return [[name, value]]
    const items: readonly unknown[] = value
    const kept = items.filter((item) => allowed.includes(item as string))
    if (kept.length === 0) return [[name, value]]
    left.push(
      ...items.flatMap((item) => (allowed.includes(item as string) ? [] : [`${name}: ${String(item)}`])),
    )
    return [[name, kept]]
  })
  return { right: Object.fromEntries(right), left }
}

/** The problems of members that certbound does not have, by name, and all others. */
export function sorted(problems: readonly Problem[]) {
  const dropped = problems.filter(({ isMissing }) => isMissing === true).map(({ path }) => String(path[0]))
  return { dropped, refused: problems.filter(({ isMissing }) => isMissing !== true) }
}

export const without = (members: object, names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))

export const leftLines = (names: readonly string[]) =>
  names.length === 0
    ? []
    : [`  cannot be imported, because certbound does not support it: ${names.join(', ')}`]

export const problemLines = (subject: string, problems: readonly Problem[]) =>
  new Complaint(problems.map(({ what, remedy }) => `${subject}: ${what}\n  -> ${remedy}`).join('\n'))

/** Members that are `undefined` are not stored. */
export const isSame = (before: object, after: object, names: readonly string[]) => {
  const [one, two] = [before, after].map(
    (record) => JSON.parse(JSON.stringify(without(record, names))) as unknown,
  )
  return isDeepStrictEqual(one, two)
}

export const otherContent = (subject: string) =>
  new Complaint(`${subject}: it exists with another content. Delete it, or take it out of the file`)

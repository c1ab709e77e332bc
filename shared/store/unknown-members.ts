/** Members by which an element of a list is the same before and after a change. Every list of objects in a record has one of them. */
const IDENTITIES = ['digest', 'kid', 'name', 'key', 'tag', 'apiKey']

/**
 * A changed record together with the members that this version does not know, because a newer one has stored them. So do the elements of
 * its lists. So an older version, to which a deployment goes back, loses nothing.
 *
 * @param stored as it lies in the table
 * @param known what this version has read of it
 * @param changed what it would store
 */
export function withUnknownMembers(stored: unknown, known: unknown, changed: unknown): unknown {
  if (Array.isArray(stored) && Array.isArray(known) && Array.isArray(changed)) {
    return changed.map((element: unknown) => {
      const same = known.findIndex((each) => isSame(each, element))
      return same < 0 ? element : withUnknownMembers(stored[same], known[same], element)
    })
  }
  if (!isObject(stored) || !isObject(known) || !isObject(changed)) return changed
  const unknown = Object.entries(stored).filter(([name]) => !Object.hasOwn(known, name))
  const own = Object.entries(changed).map(
    ([name, value]) => [name, withUnknownMembers(stored[name], known[name], value)] as const,
  )
  return Object.fromEntries([...unknown, ...own])
}

function isSame(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return false
  return IDENTITIES.some((name) => one[name] !== undefined && one[name] === other[name])
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

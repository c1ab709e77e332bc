import type { ListSource } from '../shared/store/lists/sources.ts'

/** Lines about a source of certificate lists: each list with its number and its age. @param now seconds since 1970 */
export function listSummary({ name, lists, problem }: ListSource, now: number): string[] {
  const none = lists.length === 0 ? [`${name}: no list was read yet`] : []
  const wrong = problem === undefined ? [] : [`${name}: ${problem}`]
  return [...none, ...lists.map((list) => `${name}: ${describeList(list, now)}`), ...wrong]
}

function describeList(
  { distributionPoint, number, count, thisUpdate, nextUpdate }: ListSource['lists'][number],
  now: number,
): string {
  const which = distributionPoint === undefined ? 'the list' : `the list of ${distributionPoint}`
  const version = number === undefined ? 'without a number' : `number ${number}`
  const time = `${now > nextUpdate ? 'late since' : 'until'} ${dateOf(nextUpdate)}`
  const end = nextUpdate === 0 ? 'late because its key was removed from the source' : time
  return `${which}, ${version}, ${count} certificates, ${duration(now - thisUpdate)} old, ${end}`
}

function duration(seconds: number): string {
  const hours = Math.max(0, Math.round(seconds / 3600))
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}

const dateOf = (seconds: number) => new Date(seconds * 1000).toISOString()

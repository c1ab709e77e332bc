import type { HttpRequest } from '../http.ts'
import { Refusal } from '../refusal/refusal.ts'

/** A tag of a list, up to the next comma. Recipients of a list skip its empty elements (RFC 9110 section 5.6.1.2). */
const ELEMENT = /[ \t]*(?:(W\/)?"([^\0-\x20"\x7f]*)"[ \t]*)?(?:,|$)/y

/**
 * The strong entity tags of `If-Match`, without their quotes. A weak tag matches nothing (RFC 9110 section 13.1.1).
 *
 * @returns `undefined` if there is no condition, or for `*`, which every existing record matches
 * @throws Refusal if-match-malformed
 */
export function readIfMatch({ headers }: HttpRequest): readonly string[] | undefined {
  const text = headers.get('if-match')?.join(',')
  if (text === undefined || text.trim() === '*') return undefined
  const tags: { readonly isWeak: boolean; readonly tag: string }[] = []
  let at = 0
  while (at < text.length) {
    ELEMENT.lastIndex = at
    const [element, weak, tag] = ELEMENT.exec(text) ?? []
    if (element === undefined) throw new Refusal('if-match-malformed')
    if (tag !== undefined) tags.push({ isWeak: weak !== undefined, tag })
    at += element.length
  }
  if (tags.length === 0) throw new Refusal('if-match-malformed')
  return tags.flatMap(({ isWeak, tag }) => (isWeak ? [] : [tag]))
}

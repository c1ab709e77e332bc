import { forget, type Grant, type Held, type Span, unfinished } from './state.ts'
import type { Undo } from './steps.ts'

/** Kinds of which a grant has one: a new one replaces those before. */
const SINGLE: readonly Held['kind'][] = ['access', 'ticket']

/** Which of several things came last, where a grant has only one. */
export class Succession {
  readonly #replacing = new Map<Grant, { readonly kind: Held['kind']; readonly at: Span }[]>()

  /** A new one: it replaces those before, and requests that are under way may replace it. */
  add(held: Held): void {
    const { grant, kind, made } = held
    if (!SINGLE.includes(kind)) return
    for (const other of grant.held) if (other.kind === kind) this.#compare(other, held)
    const others = this.#replacing.get(grant) ?? []
    const replacing = others.filter((other) => other.kind === kind && other.at.start !== made.start)
    held.uses.push(...replacing.map(({ at }) => unfinished(at)))
  }

  /** A request that makes another thing of which the grant has one, and so ends the one before. */
  replaces(grant: Grant, kind: Held['kind'], at: Span): Undo {
    const before = grant.held.filter((held) => held.kind === kind)
    for (const held of before) held.uses.push(at)
    this.#replacing.set(grant, [...(this.#replacing.get(grant) ?? []), { kind, at }])
    return () => {
      for (const held of grant.held) if (held.kind === kind) forget(held.uses, at)
      this.replaced(grant, at)
    }
  }

  /** Forgets the open replacement of a request that is over. */
  replaced(grant: Grant, { start }: Span): void {
    this.#replacing.set(grant, this.#replacing.get(grant)?.filter(({ at }) => at.start !== start) ?? [])
  }

  /** Records that a request has seen a token active: all earlier tokens of its kind are dead afterwards. */
  seen(held: Held, at: Span): void {
    for (const other of held.grant.held) {
      if (other !== held && other.kind === held.kind && other.made.end < at.start) other.uses.push(at)
    }
  }

  /** If the requests that made two tokens overlap, either token may have replaced the other. */
  #compare(other: Held, held: Held): void {
    if (other.made.end < held.made.start) return
    forget(other.uses, held.made)
    other.uses.push(unfinished(held.made))
    held.uses.push(unfinished(other.made))
  }
}

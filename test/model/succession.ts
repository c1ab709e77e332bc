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

  /** Of a request that is over it is known what it has replaced. */
  replaced(grant: Grant, { start }: Span): void {
    this.#replacing.set(grant, this.#replacing.get(grant)?.filter(({ at }) => at.start !== start) ?? [])
  }

  /** The one of its kind that a request has seen alive: all that were there before are dead from then on. */
  seen(held: Held, at: Span): void {
    for (const other of held.grant.held) {
      if (other !== held && other.kind === held.kind && other.made.end < at.start) other.uses.push(at)
    }
  }

  /** Of two by requests that overlap, either may have replaced the other. */
  #compare(other: Held, held: Held): void {
    if (other.made.end < held.made.start) return
    forget(other.uses, held.made)
    other.uses.push(unfinished(held.made))
    held.uses.push(unfinished(other.made))
  }
}

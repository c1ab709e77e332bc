import type { SoakClient } from './clients.ts'
import type { Random } from '../support/random.ts'
import type { Span, Token } from './truth.ts'

/** A grant, in the hands of one story at a time. */
export interface Grant {
  readonly client: SoakClient
  access: Token
  refresh: Token | undefined
  /** The refresh tokens that were replaced, the last one at the end. */
  readonly replaced: { readonly value: string; readonly at: Span }[]
  /** The code that it came from. */
  readonly code: Token | undefined
}

const LIVING = 60
const DEAD = 400

/** Grants between stories, and tokens that are dead for good. */
export class Pool {
  readonly #grants: Grant[] = []
  readonly #dead: Token[] = []

  take(random: Random): Grant | undefined {
    return this.#grants.splice(random.int(this.#grants.length + 1), 1)[0]
  }

  /** @returns the grant that has no place any more */
  put(grant: Grant): Grant | undefined {
    this.#grants.push(grant)
    return this.#grants.length > LIVING ? this.#grants.shift() : undefined
  }

  bury(random: Random, ...tokens: readonly (Token | undefined)[]): void {
    for (const token of tokens) {
      if (token === undefined) continue
      if (this.#dead.length < DEAD) this.#dead.push(token)
      else this.#dead[random.int(DEAD)] = token
    }
  }

  someDead(random: Random): Token | undefined {
    return this.#dead.length === 0 ? undefined : random.pick(this.#dead)
  }
}

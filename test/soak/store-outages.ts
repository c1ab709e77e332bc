import { type CuttingProxy, cut, fault, type Fate, loseFirstAnswers, pass } from '../support/cutting-proxy.ts'

/** The times are milliseconds since this process began. */
interface Span {
  readonly sent: number
  readonly answered: number
}

/** Ways of a store to be away. */
export const OUTAGES: readonly (readonly [name: string, fate: () => Fate])[] = [
  ['cuts every connection', () => cut],
  ['answers 500', () => fault(500, 'InternalServerError')],
  ['throttles', () => fault(400, 'ThrottlingException')],
  ['loses answers to writes', () => loseFirstAnswers('UpdateItem')],
]

/** Remembers when the store was away. */
export class StoreOutages {
  readonly #proxy: CuttingProxy
  readonly #outages: { readonly sent: number; answered: number }[] = []

  constructor(proxy: CuttingProxy) {
    this.#proxy = proxy
  }

  begin(fate: Fate): void {
    this.#outages.push({ sent: performance.now(), answered: Infinity })
    this.#proxy.fate = fate
  }

  end(): void {
    this.#proxy.fate = pass
    this.#proxy.passed.length = 0
    const last = this.#outages.at(-1)
    if (last?.answered === Infinity) last.answered = performance.now()
  }

  overlap({ sent, answered }: Span): boolean {
    return this.#outages.some((outage) => outage.sent <= answered && outage.answered >= sent)
  }
}

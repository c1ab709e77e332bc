/** Reads a text token by token. Unexpected tokens are errors, so only known syntax is evaluated. */
export class Tokens {
  readonly #text: string
  readonly #tokens: readonly string[]
  #at = 0

  /** @param token matches every token of the language; other characters except spaces are errors */
  constructor(text: string, token: RegExp) {
    this.#text = text
    this.#tokens = text.match(token) ?? []
    if (this.#tokens.join('').replaceAll(' ', '') !== text.replaceAll(' ', ''))
      this.fail('unknown characters')
  }

  get next(): string | undefined {
    return this.#tokens[this.#at]
  }

  take(): string {
    const token = this.next
    if (token === undefined) return this.fail('the text ends too early')
    this.#at++
    return token
  }

  takeIf(token: string): boolean {
    const found = this.next === token
    if (found) this.#at++
    return found
  }

  expect(token: string): void {
    if (!this.takeIf(token)) this.fail(`${token} is expected at ${this.next ?? 'the end'}`)
  }

  fail(why: string): never {
    throw new Error(`cannot evaluate ${this.#text}: ${why}`)
  }
}

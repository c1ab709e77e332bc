/** Shorter texts are names. The shortest secret that certbound makes has 32 characters. */
const PIECE = /[\w-]{20,}/g
const ESCAPES = /\\(?:u[\da-f]{4}|.)|%[\da-f]{2}/gi

/**
 * The secrets of one test file and all texts that must not have them. A text and a secret meet by their pieces, which are looked up
 * in a map: the cost does not grow with the number of secrets. A text may come before the secret that is in it: the line of a
 * request is written before its answer is known.
 */
export class SecretWatch {
  /** The kind of each piece, for example `refresh token`. */
  readonly #secrets = new Map<string, string>()
  /** Where a piece was written. */
  readonly #written = new Map<string, string>()
  readonly #leaks = new Set<string>()
  /** The answer of the last refresh with a refresh token. If `refreshTokenIdempotent` is set, the next one repeats it. */
  readonly successors = new Map<string, string>()
  /** Tokens of the Web API that an authorization server in front of it has not handed on to its client yet. */
  readonly toHandOn = new Set<string>()

  /** Makes a value known as a secret: a token, a code, a ticket, a client secret, a key or an assertion. */
  learn(kind: string, value: string): void {
    const piece = pieceOf(value)
    if (piece === undefined || this.#secrets.has(piece)) return
    this.#secrets.set(piece, kind)
    const place = this.#written.get(piece)
    if (place !== undefined) this.#leak(kind, place)
  }

  /** Takes a text that must have no secret, now or later. */
  wrote(place: string, text: string): void {
    for (const piece of piecesIn(text)) {
      this.#written.set(piece, place)
      const kind = this.#secrets.get(piece)
      if (kind !== undefined) this.#leak(kind, `${place}: ${masked(text, piece)}`)
    }
  }

  /**
   * Takes an answer, which may have only secrets that nobody has seen before it.
   *
   * @param again the values that this answer may repeat
   */
  answered(place: string, text: string, again: readonly string[] = []): void {
    const allowed = new Set(again.map(pieceOf))
    for (const piece of piecesIn(text)) {
      const kind = this.#secrets.get(piece)
      if (kind !== undefined && !allowed.has(piece)) this.#leak(kind, `${place}: ${masked(text, piece)}`)
    }
  }

  #leak(kind: string, place: string): void {
    this.#leaks.add(`a ${kind} is in ${place}`)
  }

  /** The leaks since the last look. */
  taken(): string[] {
    const leaks = [...this.#leaks]
    this.#leaks.clear()
    return leaks
  }

  /** @throws Error that names the leaks since the last look */
  refuseLeaks(): void {
    const leaks = this.taken()
    if (leaks.length > 0) throw new Error(leaks.join('\n'))
  }

  /** A new test file has new secrets, and its fixed ones are shown for the first time again. */
  restart(): void {
    this.#secrets.clear()
    this.#written.clear()
    this.#leaks.clear()
    this.successors.clear()
    this.toHandOn.clear()
  }
}

/** Where a text may have secrets within escapes, they end there. */
function piecesIn(text: string): Iterable<string> {
  const plain = text.includes('\\') || text.includes('%') ? text.replace(ESCAPES, ' ') : text
  return plain.match(PIECE) ?? []
}

/**
 * The piece that identifies a value: the signature of a JWS, or the longest part of base64 without `+` and `/`.
 * `undefined` if the value is too short to be a secret.
 */
function pieceOf(value: string): string | undefined {
  const [, , signature] = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? value.split('.') : []
  const pieces = (signature ?? value).match(PIECE) ?? []
  return pieces.toSorted((a, b) => b.length - a.length)[0]
}

/** The text around a piece, so that a failing test does not print the secret. */
function masked(text: string, piece: string): string {
  const at = Math.max(0, text.indexOf(piece))
  return `${text.slice(Math.max(0, at - 120), at)}[…]${text.slice(at + piece.length, at + piece.length + 60)}`
}

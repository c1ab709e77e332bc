/** Shorter ends of different secrets could be the same. */
const END_LENGTH = 16

/** Looks for the ends of secrets in the lines of a log. The beginning of a token may be logged: it names the grant. */
export class LogWatch {
  readonly #ends = new Set<string>()

  /** Texts that must not be in the log: tokens, codes, tickets, secrets, assertions. */
  keep(...secrets: readonly string[]): void {
    for (const secret of secrets) if (secret.length >= END_LENGTH) this.#ends.add(secret.slice(-END_LENGTH))
  }

  /** PEM: the lines of the signature betray it. The log may have the public key, in the keys of a client. */
  keepPem(pem: string): void {
    this.keep(
      ...pem
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('-----'))
        .slice(-2),
    )
  }

  finds(line: string): boolean {
    for (let at = 0; at + END_LENGTH <= line.length; at++) {
      if (this.#ends.has(line.slice(at, at + END_LENGTH))) return true
    }
    return false
  }
}

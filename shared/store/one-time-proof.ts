import type { KeyThumbprint } from '../certificate/thumbprint.ts'

/** What a verified proof has. */
interface Members {
  readonly jkt: KeyThumbprint
  readonly nonce: string | undefined
  /** Refuses a proof that was used before. */
  readonly use: () => Promise<void>
}

/**
 * The DPoP proof that a request for tokens brought, or none. The transition of the grant uses it up, so no request can forget it or
 * use it up before its last check (RFC 9449 section 11.1). Only shared/possession makes one.
 */
export class OneTimeProof {
  /** The thumbprint of its key. `undefined`: the request brought no proof. */
  readonly jkt: KeyThumbprint | undefined
  /** For the next proof. Only where nonces are required. */
  readonly nonce: string | undefined
  readonly #use: Members['use'] | undefined
  #used: Promise<void> | undefined

  constructor(verified?: Members) {
    this.jkt = verified?.jkt
    this.nonce = verified?.nonce
    this.#use = verified?.use
  }

  /** Uses the proof up, at the first call only: a request may try its transition again. */
  async use(): Promise<void> {
    await (this.#used ??= this.#use?.())
  }
}

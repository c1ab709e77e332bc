import type { KeyThumbprint } from '../certificate/thumbprint.ts'

/**
 * The DPoP proof that a request for tokens brought, or none. The transition of the grant uses it up, so no request can forget it or
 * use it up before its last check (RFC 9449 section 11.1). Only shared/possession makes one.
 */
export class OneTimeProof {
  /** The thumbprint of its key. `undefined`: the request brought no proof. */
  readonly jkt: KeyThumbprint | undefined
  /** For the next proof. Only where nonces are required. */
  readonly nonce: string | undefined
  readonly #use: (() => Promise<void>) | undefined
  #used: Promise<void> | undefined

  /** @param use refuses a proof that was used before */
  constructor(jkt?: KeyThumbprint, nonce?: string, use?: () => Promise<void>) {
    this.jkt = jkt
    this.nonce = nonce
    this.#use = use
  }

  /** Uses the proof up, at the first call only: a request may try its transition again. */
  async use(): Promise<void> {
    await (this.#used ??= this.#use?.())
  }
}

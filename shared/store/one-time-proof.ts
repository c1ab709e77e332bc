import type { KeyThumbprint } from '../certificate/thumbprint.ts'

/**
 * The DPoP proof of a request for tokens, or its absence. The transition of the grant uses the proof up, so no endpoint can forget
 * that or do it before its last check (RFC 9449 section 11.1). Only shared/possession makes such objects.
 */
export class OneTimeProof {
  /** The thumbprint of the key, or `undefined` if the request had no proof. */
  readonly jkt: KeyThumbprint | undefined
  /** The nonce for the next proof. Set only if nonces are required. */
  readonly nonce: string | undefined
  readonly #use: (() => Promise<void>) | undefined
  #used: Promise<void> | undefined

  /** @param use throws if the proof was used before */
  constructor(jkt?: KeyThumbprint, nonce?: string, use?: () => Promise<void>) {
    this.jkt = jkt
    this.nonce = nonce
    this.#use = use
  }

  /** Uses the proof up at the first call. Further calls do nothing, because a request may try its transition again. */
  async use(): Promise<void> {
    await (this.#used ??= this.#use?.())
  }
}

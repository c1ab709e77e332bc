interface Method {
  /**
   * `key` means possession of a private key. It allows a grant to move to a renewed certificate (RFC 8705 sections 6.3 and 7.1; decision
   * D4) or to another key (RFC 9449 section 5). A secret may have been stolen together with the token.
   */
  readonly proves: 'nothing' | 'secret' | 'key'
  /** The registration that the method needs: a secret, one name of the certificate, the certificates, or the keys. */
  readonly needs: 'nothing' | 'secret' | 'name' | 'certificates' | 'keys'
  /** Whether FAPI 2.0 allows the method (section 5.3.2.1-6). */
  readonly fapi2: boolean
  /** The means of authentication, in words. */
  readonly label: string
}

/** The client authentication methods under Authlete's names. Code that treats methods differently reads this table. */
export const AUTHENTICATION_METHODS = {
  NONE: { proves: 'nothing', needs: 'nothing', fapi2: false, label: 'nothing: for public clients' },
  CLIENT_SECRET_BASIC: { proves: 'secret', needs: 'secret', fapi2: false, label: 'a secret, in the header' },
  CLIENT_SECRET_POST: { proves: 'secret', needs: 'secret', fapi2: false, label: 'a secret, in the body' },
  TLS_CLIENT_AUTH: {
    ...{ proves: 'key', needs: 'name', fapi2: true },
    label: 'a certificate of an authority, by one of its names',
  },
  SELF_SIGNED_TLS_CLIENT_AUTH: {
    ...{ proves: 'key', needs: 'certificates', fapi2: true },
    label: 'its own self-signed certificate',
  },
  PRIVATE_KEY_JWT: { proves: 'key', needs: 'keys', fapi2: true, label: 'an assertion signed with its key' },
} as const satisfies Readonly<Record<string, Method>>

/** The registration that a method needs. */
export type MethodNeeds = Method['needs']

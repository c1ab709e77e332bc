/** The faults of a certificate list, with their remedies. The texts complete "the list ...". */
const FAULTS = {
  malformed: 'is not a certificate list in DER or PEM (RFC 5280 section 5.1)',
  'other-issuer': 'is from another issuer: its issuer must be the subject of the certificates in issuer',
  'other-key': 'is signed by another key: add the certificate of that key to issuer',
  'not-a-list-signer': 'is signed by a key whose certificate does not have cRLSign in its key usage',
  'weak-key': 'is signed by a key that is too weak',
  algorithm: 'has a signature algorithm that is not supported: RSA and ECDSA with SHA-2 are',
  signature: 'has a wrong signature',
  delta: 'is a delta list: use the address of the complete list',
  indirect: 'is an indirect list, which has certificates of other issuers',
  'only-some-reasons': 'is only about some reasons',
  'only-ca-certificates': 'is only about certificates of CAs',
  'only-attribute-certificates': 'is only about attribute certificates',
  'critical-extension': 'has a critical extension that is unknown',
  'critical-entry-extension': 'has an entry with a critical extension that is unknown',
  'remove-from-list': 'has an entry with removeFromCRL, which only delta lists may have',
  'unnamed-distribution-point': 'has a distribution point that is not a URI',
  'is-a-part':
    'is only for its distribution point: set distributionPoint to the URI in its issuing distribution point',
  'other-distribution-point': 'does not name the distributionPoint of its source',
  'without-next-update': 'has no nextUpdate',
  'in-the-future': 'has a thisUpdate in the future',
  older: 'is older than the one before. After a restore of the CA accept it once with --accept-older',
} as const

export type ListFault = keyof typeof FAULTS

/** A certificate list must not be used. The message has nothing of the list but the identifier of an extension. */
export class RefusedList extends Error {
  override readonly name = 'RefusedList'
  readonly reason: ListFault

  /** @param extension the object identifier of the extension that is refused */
  constructor(
    reason: ListFault,
    { extension, ...options }: ErrorOptions & { readonly extension?: string } = {},
  ) {
    super(`the list ${FAULTS[reason]}${extension === undefined ? '' : `: ${extension}`}`, options)
    this.reason = reason
  }
}

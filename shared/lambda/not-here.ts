/** The route answers 404: it is not on this domain (`domain-other`), or the service has no such document. */
export class NotHere extends Error {
  readonly reason: 'domain-other' | 'document-other'

  constructor(reason: NotHere['reason']) {
    super(reason)
    this.reason = reason
  }
}

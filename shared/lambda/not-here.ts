/** The route answers 404, as if it were not there: on this domain, or for this service. */
export class NotHere extends Error {
  readonly reason: 'domain-other' | 'document-other'

  constructor(reason: NotHere['reason']) {
    super(reason)
    this.reason = reason
  }
}

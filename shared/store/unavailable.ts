/** The store cannot be reached or does not serve. The answer is 503, and nothing was decided. */
export class StoreUnavailable extends Error {}

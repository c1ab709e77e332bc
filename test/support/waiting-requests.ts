/** Entries of `bad-requests.json` that ask for what is not there yet. `isThere` turns true with it; then they must run. */
export const WAITING: readonly {
  readonly missing: string
  readonly isThere: () => boolean
  readonly ids: readonly string[]
}[] = []

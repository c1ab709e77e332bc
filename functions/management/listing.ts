/** Sorts by creation, so that pages of a list stay the same while somebody reads them. */
export function byCreation<Listed extends { readonly createdAt?: number | undefined }>(
  numberOf: (record: Listed) => number,
): (a: Listed, b: Listed) => number {
  return (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || numberOf(a) - numberOf(b)
}

/** Members named `...At` are in milliseconds (Authlete contract, rule 5). */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

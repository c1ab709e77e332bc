/** `endpoint code` for the answers of this process; on the OAuth face `endpoint error`. */
export const answered = new Set<string>()

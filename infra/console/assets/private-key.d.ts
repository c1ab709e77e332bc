/** @returns the text without its private keys; the public half of a JWK remains */
export function withoutPrivateKeys(text: string): string

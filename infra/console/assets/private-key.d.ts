/** @returns the text without the private keys in it; of a JWK the public half stays */
export function withoutPrivateKeys(text: string): string

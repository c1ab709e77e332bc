type Random = (bytes: number) => Buffer

/** The smallest number of a client or a service. */
export const SMALLEST_NUMBER = 1e13
/** Every number of a client or a service is smaller. */
export const NUMBER_LIMIT = 2 ** 47
/** A token string has six bytes for a number. */
const READABLE_LIMIT = 2 ** 48
const SECRET_BYTES = 64

/** Makes a number for a client or a service. It has 14 or 15 digits, fits in six bytes, and is exact in JSON. */
export function newNumber(random: Random): number {
  for (;;) {
    const number = random(6).readUIntBE(0, 6) % NUMBER_LIMIT
    if (number >= SMALLEST_NUMBER) return number
  }
}

/** @returns `undefined` unless the text is the number of a client or a service in decimal. It must fit in six bytes of a token string */
export function parseNumber(text: string): number | undefined {
  const number = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined
  return number !== undefined && number < READABLE_LIMIT ? number : undefined
}

/** Makes a secret of 86 characters, which have 512 bits (Authlete contract, section 2.13). */
export function newSecret(random: Random): string {
  return random(SECRET_BYTES).toString('base64url')
}

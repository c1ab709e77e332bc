type Random = (bytes: number) => Buffer

/** The inclusive lower and the exclusive upper limit of every number. */
export const SMALLEST_NUMBER = 1e13
export const NUMBER_LIMIT = 2 ** 47
const SECRET_BYTES = 64

/** The number of a client or a service: 14 or 15 digits, at most six bytes, exact in JSON. */
export function newNumber(random: Random): number {
  for (;;) {
    const number = random(6).readUIntBE(0, 6) % NUMBER_LIMIT
    if (number >= SMALLEST_NUMBER) return number
  }
}

/** @returns `undefined` unless the text is the number of a client or a service in decimal. Token strings have six bytes for it */
export function parseNumber(text: string): number | undefined {
  const number = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined
  return number !== undefined && number < 2 ** 48 ? number : undefined
}

/** 86 characters, 512 bits (Authlete contract, section 2.13). */
export function newSecret(random: Random): string {
  return random(SECRET_BYTES).toString('base64url')
}

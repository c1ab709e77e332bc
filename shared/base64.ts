/**
 * Decodes strictly: each sequence of bytes has one spelling, so no changed character goes unnoticed (RFC 4648 sections 3.3 and 3.5). Node's
 * decoder skips unknown characters and accepts any padding and any unused bits, so the bytes are encoded again and compared.
 *
 * @returns `undefined` for every other spelling
 */
export function decodeBase64(
  text: string,
  encoding: 'base64' | 'base64url' = 'base64url',
): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? bytes : undefined
}

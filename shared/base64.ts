/**
 * Node's decoder skips unknown characters, and takes any padding and any unused bits. Encoding the bytes again shows that the text is their
 * only spelling, so that no changed character goes unnoticed (RFC 4648 sections 3.3 and 3.5).
 */
export function decodeBase64(
  text: string,
  encoding: 'base64' | 'base64url' = 'base64url',
): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? bytes : undefined
}

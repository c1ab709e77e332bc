import { decodeBase64 } from '../../../shared/base64.ts'
import { parseNumber } from '../../../shared/store/identity.ts'

const FORM = 1
const BYTES = 7

/** A position in the list of clients: base64url of one byte for the format and six for the number of the last client before it. */
export function toPageToken(clientId: number): string {
  const bytes = Buffer.alloc(BYTES, FORM)
  bytes.writeUIntBE(clientId, 1, BYTES - 1)
  return bytes.toString('base64url')
}

/** @returns the client number, or `undefined` if the text is not a page token */
export function fromPageToken(text: string): number | undefined {
  const bytes = decodeBase64(text)
  return bytes?.length === BYTES && bytes[0] === FORM
    ? parseNumber(String(bytes.readUIntBE(1, BYTES - 1)))
    : undefined
}

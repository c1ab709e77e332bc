import { decodeBase64 } from '../base64.ts'
import type { GrantKey } from '../store/grant.ts'

/**
 * The layouts of token strings (architecture, section 3). All lengths are multiples of three bytes, so base64url has no spare
 * bits and each token has only one spelling:
 *
 *     ticket, code, opaque access token   client number (6) || grant id (16) || secret (32)
 *     refresh token                       client number (6) || grant id (16) || family (12) || secret (32)
 *     jti of a JWT access token           client number (6) || grant id (16) || random (17)
 *
 * The token id of the management API is client number || grant id. It has two spare bits, which must be zero.
 */
const CLIENT_BYTES = 6
const GRANT_ID_BYTES = 16
const FAMILY_BYTES = 12
const SECRET_BYTES = 32
const IDENTIFIER_BYTES = 17
const LOCATOR_BYTES = CLIENT_BYTES + GRANT_ID_BYTES
const OPAQUE_BYTES = LOCATOR_BYTES + SECRET_BYTES
const REFRESH_BYTES = LOCATOR_BYTES + FAMILY_BYTES + SECRET_BYTES
const JTI_BYTES = LOCATOR_BYTES + IDENTIFIER_BYTES

type Random = (bytes: number) => Buffer

/** The part of a token string that locates its grant. It proves nothing. */
export interface Locator {
  readonly client: number
  readonly grantId: string
}

export function makeGrantId(random: Random): string {
  return random(GRANT_ID_BYTES).toString('base64url')
}

/** Makes a ticket, a code or an opaque access token of 72 characters. */
export function makeOpaque(grant: Locator, random: Random): string {
  return join(grant, random(SECRET_BYTES))
}

/** Makes the `jti` of a JWT access token, with 52 characters. It identifies the token but cannot be used as one. */
export function makeIdentifier(grant: Locator, random: Random): string {
  return join(grant, random(IDENTIFIER_BYTES))
}

export function makeFamily(random: Random): Buffer {
  return Buffer.from(random(FAMILY_BYTES))
}

export function makeRefreshSecret(random: Random): Buffer {
  return random(SECRET_BYTES)
}

/** Makes a refresh token of 88 characters. */
export function makeRefreshToken(grant: Locator, family: Buffer, secret: Buffer): string {
  return join(grant, family, secret)
}

export function locateOpaque(text: string): Locator | undefined {
  return locate(decode(text, OPAQUE_BYTES))
}

export function locateIdentifier(text: string): Locator | undefined {
  return locate(decode(text, JTI_BYTES))
}

/** `tokenId` and `accessTokenHash` of the management API, with 30 characters. They cannot be used as a token. */
export function tokenIdOf(grant: Locator): string {
  return join(grant)
}

export function locateTokenId(text: string): Locator | undefined {
  return locate(decode(text, LOCATOR_BYTES))
}

export function locateRefreshToken(text: string): (Locator & { readonly family: Buffer }) | undefined {
  const bytes = decode(text, REFRESH_BYTES)
  const locator = locate(bytes)
  if (bytes === undefined || locator === undefined) return undefined
  return { ...locator, family: bytes.subarray(LOCATOR_BYTES, LOCATOR_BYTES + FAMILY_BYTES) }
}

export function keyOf(service: number, { client, grantId }: Locator): GrantKey {
  return { service, client, grantId }
}

function join({ client, grantId }: Locator, ...rest: Buffer[]): string {
  const head = Buffer.alloc(CLIENT_BYTES)
  head.writeUIntBE(client, 0, CLIENT_BYTES)
  return Buffer.concat([head, Buffer.from(grantId, 'base64url'), ...rest]).toString('base64url')
}

function locate(bytes: Buffer | undefined): Locator | undefined {
  return (
    bytes && {
      client: bytes.readUIntBE(0, CLIENT_BYTES),
      grantId: bytes.toString('base64url', CLIENT_BYTES, LOCATOR_BYTES),
    }
  )
}

/** The length of the text is compared first, so that a long one costs nothing. */
function decode(text: string, bytes: number): Buffer | undefined {
  return text.length === Math.ceil((bytes * 4) / 3) ? decodeBase64(text) : undefined
}

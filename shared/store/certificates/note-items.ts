import * as z from 'zod/mini'
import type { IssuerKey } from '../../certificate/issuer-key.ts'
import type { SerialNumber } from '../../certificate/serial-number.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'
import type { Immutable } from '../../immutable.ts'
import { lazyObject } from '../../lazy-object.ts'
import { readMembers } from '../item.ts'
import { integer, seconds, string, text, thumbprint } from '../member-types.ts'
import type { Issued } from './names.ts'

const time = z.optional(integer)
const issuedBy = {
  issuer: text as unknown as z.ZodMiniOptional<z.ZodMiniType<IssuerKey>>,
  serialNumber: text as unknown as z.ZodMiniOptional<z.ZodMiniType<SerialNumber>>,
}

export const Note = lazyObject(() => ({
  thumbprint,
  client: integer,
  ...issuedBy,
  subject: text,
  subjectAltName: text,
  validFrom: time,
  validUntil: time,
  firstSeen: seconds,
  lastSeen: seconds,
  /** A token that is bound to the certificate can be alive until then. */
  until: seconds,
}))
/** A certificate to which tokens of a client are bound (architecture, section 9). */
export type Note = Immutable<z.infer<typeof Note>>

export const Holders = lazyObject(() => ({
  clients: z.array(integer),
  ...issuedBy,
  validUntil: time,
  until: seconds,
}))

const IssuedSerials = lazyObject(() => ({
  /**
   * A serial number leads to its certificates. Each certificate has the time at which its issuer was last looked for, which decides whether a new source may concern
   * it. It is 0 if only its thumbprint was known then.
   */
  serials: z.record(string, z.object({ noted: z.record(string, seconds), until: seconds })),
}))
/** Stands for each serial number of some clients, whose numbers it has in place of thumbprints: their item has no room for further certificates. */
export const ANY_SERIAL = '*' as SerialNumber
export type IssuedSerial = z.output<typeof IssuedSerials>['serials'][string]
/** The certificates with a serial number. There is one unless the CA has given the number twice. */
export const thumbprintsOf = (serial: IssuedSerial | undefined) =>
  Object.keys(serial?.noted ?? {}) as unknown as readonly Thumbprint[]
export const serialsIn = (item: Item | undefined) => item && readMembers(IssuedSerials, item).serials

/** The name of a certificate by issuer and serial number, if both are known. */
export function issuedOf({ issuer, serialNumber }: Partial<Note>): Issued | undefined {
  return issuer === undefined || serialNumber === undefined ? undefined : { issuer, serialNumber }
}

/** With this number of certificates an item stays below the 400 KB that DynamoDB allows, also if their serial numbers are long. */
const MAX_UNKNOWN = 1500

/** Whether the item of a client has, or can take, a certificate of an unknown issuer. */
export function hasRoom(
  known: Readonly<Record<string, IssuedSerial>>,
  serialNumber: SerialNumber,
  certificate: Thumbprint,
): boolean {
  const count = Object.values(known).reduce((sum, { noted }) => sum + Object.keys(noted).length, 0)
  return count < MAX_UNKNOWN || known[serialNumber]?.noted[certificate] !== undefined
}

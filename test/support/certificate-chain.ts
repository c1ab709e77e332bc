import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Der } from '../../shared/certificate/pem.ts'
import { type Built, builtCertificate, element } from './built-certificate.ts'

/** A certificate and the key in it. */
export interface Party {
  readonly name: string
  readonly der: Der
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

type Extensions = NonNullable<Built['extensions']>

const TRUE = Buffer.from('0101ff', 'hex')

/** RFC 5280 section 4.2.1.9: of an authority, with or without a limit to the authorities below it. */
export function basicConstraints(pathLength?: number): Extensions[number] {
  const limit = pathLength === undefined ? Buffer.alloc(0) : Buffer.of(0x02, 1, pathLength)
  return { oid: '2.5.29.19', value: element(0x30, TRUE, limit), critical: true }
}

/** The bits of the first byte: 0x04 is keyCertSign, 0x80 digitalSignature. */
export function keyUsage(bits: number): Extensions[number] {
  return { oid: '2.5.29.15', value: element(0x03, Buffer.of(0, bits)), critical: true }
}

/** An extension of GeneralNames, as elements: 0x82 dNSName, 0x81 rfc822Name, 0x86 URI, 0x87 address. */
export function alternativeNames(...names: readonly Buffer[]): Extensions[number] {
  return { oid: '2.5.29.17', value: element(0x30, ...names) }
}

export function nameConstraints(permitted: readonly Buffer[], excluded: readonly Buffer[] = []) {
  const subtrees = (tag: number, names: readonly Buffer[]) =>
    names.length === 0 ? Buffer.alloc(0) : element(tag, ...names.map((name) => element(0x30, name)))
  const value = element(0x30, subtrees(0xa0, permitted), subtrees(0xa1, excluded))
  return { oid: '2.5.29.30', value, critical: true } satisfies Extensions[number]
}

export const AUTHORITY: Extensions = [basicConstraints(), keyUsage(0x06)]

export function pair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** Issued by `issuer`, or by itself. A common name and a P-256 key of its own, unless `wishes` has others. */
export async function issued(
  name: string,
  issuer: Party | undefined,
  wishes: Omit<Built, 'subject' | 'issuer' | 'signedWith' | 'publicKey'> & {
    readonly keys?: ReturnType<typeof pair>
  },
): Promise<Party> {
  const { keys = pair(), ...built } = wishes
  const der = await builtCertificate({
    ...built,
    subject: name,
    issuer: issuer?.name ?? name,
    publicKey: keys.publicKey,
    signedWith: issuer?.privateKey ?? keys.privateKey,
  })
  return { name, der, ...keys }
}

export const authority = (name: string, issuer?: Party, wishes: Parameters<typeof issued>[2] = {}) =>
  issued(name, issuer, { extensions: AUTHORITY, ...wishes })

export const client = (issuer: Party, wishes: Parameters<typeof issued>[2] = {}) =>
  issued('client', issuer, wishes)

export function pemOf({ der }: Party): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

import { readFileSync, readdirSync } from 'node:fs'
import { type Der, readCertificate } from '../../shared/certificate/pem.ts'

/** A file of `test/vectors`. */
export const vectorFile = (path: string) => readFileSync(new URL(`../vectors/${path}`, import.meta.url))

/** The certificate in a file of `test/vectors`, in DER or PEM. */
export function vectorCertificate(path: string): Der {
  const content = vectorFile(path)
  return readCertificate(content.toString(content[0] === 0x30 ? 'base64' : 'latin1')) as Der
}

export const vectorNames = (folder: string) => readdirSync(new URL(`../vectors/${folder}`, import.meta.url))

import {
  type DistinguishedName,
  MalformedDistinguishedName,
  isSameName,
  parseDistinguishedName,
} from '../../../../shared/certificate/subject-dn.ts'

/**
 * Writes a name as RFC 4514 text, with the last RDN first.
 *
 * @param lines Node's spelling: one RDN a line in the order of the certificate, its values escaped as in RFC 2253; `undefined` for an
 *   empty name
 */
export function distinguishedNameText(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',')
}

/**
 * The text with which a client with this subject can be registered. Node's spelling is more readable. If it names a type that
 * certbound does not know, all types are written as object identifiers.
 */
export async function nameText(name: DistinguishedName, lines: string | undefined): Promise<string> {
  const text = distinguishedNameText(lines)
  if (text === '' || (await isTextOf(text, name))) return text
  return [...name]
    .reverse()
    .map((rdn) => rdn.map(attributeText).join('+'))
    .join(',')
}

async function isTextOf(text: string, name: DistinguishedName): Promise<boolean> {
  try {
    return isSameName(await parseDistinguishedName(text), name)
  } catch (error) {
    if (error instanceof MalformedDistinguishedName) return false
    throw error
  }
}

/** @param attribute `OID=text` or `OID#hex` */
function attributeText(attribute: string): string {
  const [, type = '', kind, value = ''] = /^([\d.]+)([=#])(.*)$/s.exec(attribute) ?? []
  return kind === '#' ? `${type}=#${value}` : `${type}=${value.replaceAll(/["#+,;<=>\\]|\p{Cc}/gu, escaped)}`
}

function escaped(character: string): string {
  const isControl = /\p{Cc}/u.test(character)
  return isControl ? Buffer.from(character).toString('hex').replaceAll(/../g, '\\$&') : `\\${character}`
}

// Finds private keys in input. The browser and the console's process share this file.

/** A PEM block with a private key. The last one may be cut off. The text may be percent-encoded. */
const PEM = /-----BEGIN[A-Z0-9 %+]*PRIVATE(?: |\+|%20)KEY-----[^]*?(?:-----END[A-Z0-9 %+]*KEY-----|$)/g
const LABEL = /PRIVATE(?: |\+|%20)KEY-----/
/** The private members of a JWK (RFC 7518 section 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const PRIVATE_MEMBER = /"(?:d|p|q|dp|dq|qi|oth|k)"\s*:/

/** @returns the text without its private keys; the public half of a JWK remains */
export function withoutPrivateKeys(text) {
  const rest = text.replaceAll(PEM, '').trim()
  if (LABEL.test(rest) || isPrivateDer(rest)) return ''
  const kept = rest.includes('"kty"') ? withoutPrivateMembers(rest) : rest
  return kept === text.trim() ? text : kept
}

function withoutPrivateMembers(text) {
  if (!PRIVATE_MEMBER.test(text)) return text
  try {
    const kept = JSON.stringify(JSON.parse(text, publicHalf), undefined, 2)
    return kept === JSON.stringify(JSON.parse(text), undefined, 2) ? text : kept
  } catch (error) {
    // The text is not JSON, so the end of the key is unknown.
    if (error instanceof SyntaxError) return ''
    throw error
  }
}

function publicHalf(_, value) {
  if (typeof value?.kty !== 'string') return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !PRIVATE_MEMBERS.includes(name)))
}

/** Private keys and PKCS #12 begin with a version; certificates do not (RFC 5958 section 2, RFC 8017 appendix A.1.2, RFC 7292 section 4). */
function isPrivateDer(text) {
  const base64 = text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/')
  if (!/^M[A-Za-z0-9+/]{40,}=*$/.test(base64)) return false
  const [tag, length, ...rest] = Array.from(atob(base64.slice(0, 16)), (one) => one.charCodeAt(0))
  const [type, size, version] = rest.slice(length < 0x80 ? 0 : length & 0x7f)
  return tag === 0x30 && type === 0x02 && size === 1 && [0, 1, 3].includes(version)
}

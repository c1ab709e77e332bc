const LIMIT_URI_CHARACTERS = 2048

/** @returns `undefined` unless the text is an absolute https URL without credentials and fragment */
export function parseJwksUri(text: string): URL | undefined {
  const url = text.length <= LIMIT_URI_CHARACTERS ? URL.parse(text) : null
  if (url?.protocol !== 'https:' || url.username + url.password + url.hash !== '') return undefined
  return url
}

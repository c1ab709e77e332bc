import type { Extension } from 'pkijs'

/**
 * The parsed value of an extension, or `undefined` if it cannot be parsed. For a wrong time in the value pkijs throws, and it reports
 * all other faults in the value itself.
 */
export function valueOf(extension: Extension): unknown {
  try {
    const value = extension.parsedValue as { readonly parsingError?: string } | undefined
    return value?.parsingError === undefined ? value : undefined
  } catch (error) {
    // asn1js has no class of its own for what it cannot parse.
    if (error instanceof Error) return undefined
    throw error
  }
}

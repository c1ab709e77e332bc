import { registerHooks, type ResolveFnOutput } from 'node:module'

/**
 * Without hooks Node resolves an import that runs again only once. Vitest's hook makes it resolve each time, and sends a message
 * to the process of the run. The functions import modules when a request needs them, and the embedded engine requires `stream` for
 * each query, so that took a tenth of the tests.
 */
const resolved = new Map<string, ResolveFnOutput>()

registerHooks({
  resolve(specifier, context, next) {
    // Vitest adds a query to the address of a test file.
    if (context.parentURL === undefined || specifier.includes(':/')) return next(specifier, context)
    const key = [context.parentURL, specifier, ...context.conditions].join(' ')
    const known = resolved.get(key)
    if (known !== undefined) return { ...known, shortCircuit: true }
    const found = next(specifier, context)
    resolved.set(key, found)
    return found
  },
})

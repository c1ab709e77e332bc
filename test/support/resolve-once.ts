import { registerHooks, type ResolveFnOutput } from 'node:module'

/**
 * Without hooks Node resolves an import that runs again only once. Vitest's hook makes it resolve each time, and sends a message
 * to the process of the run. The functions import modules when a request needs them, so that took a twentieth of the tests.
 */
const resolved = new Map<string, ResolveFnOutput>()

registerHooks({
  resolve(specifier, context, next) {
    // Only modules of the project, which are resolved in the same way for every caller. Vitest adds a query to test files.
    if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return next(specifier, context)
    const key = `${context.parentURL ?? ''} ${specifier}`
    const known = resolved.get(key)
    if (known !== undefined) return { ...known, shortCircuit: true }
    const found = next(specifier, context)
    resolved.set(key, found)
    return found
  },
})

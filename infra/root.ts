import { dirname } from 'node:path'

/** The folder of the project, absolute. */
export const ROOT = dirname(import.meta.dirname)

declare module 'dynalite' {
  import type { Server } from 'node:http'

  interface DynaliteOptions {
    /** A LevelDB directory; if absent, the data is in memory. */
    readonly path?: string
    readonly createTableMs?: number
    readonly deleteTableMs?: number
    readonly updateTableMs?: number
  }

  /** `close` of the server also closes its store. */
  export default function dynalite(options: DynaliteOptions): Server
}

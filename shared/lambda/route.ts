import type * as z from 'zod/mini'
import type { HttpRequest } from '../http.ts'
import type { LogEntry } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import type { Role } from '../store/service.ts'
import type { Answer } from './answer.ts'

/** One route of a function. `answer` never throws: every failure has its answer. */
export interface Route extends Description {
  readonly answer: (http: HttpRequest, runtime: Runtime, entry: LogEntry) => Promise<Answer>
}

/** What the reference tells of a route. */
export interface Description {
  readonly endpoint: string
  readonly face: 'webApi' | 'oauth'
  /** None: whatever comes is refused. */
  readonly methods: readonly Method[]
  /** Credentials of which role are needed, or which others. */
  readonly access: Role | 'service' | 'owner' | 'client' | 'holder' | 'everyone'
  /** Members of the body, or of the query with GET and DELETE; absent: nothing is read. */
  readonly call?: z.ZodMiniType | undefined
}

export type Method = 'GET' | 'POST' | 'DELETE'

import * as z from 'zod/mini'
import { RESULT } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'

/** `/auth/token/revoke` (Authlete contract, section 2.7). */
export const RevokeAnswer = z.object({ ...RESULT, count: z.int().check(z.nonnegative()) })
export type RevokeAnswer = Immutable<z.output<typeof RevokeAnswer>>

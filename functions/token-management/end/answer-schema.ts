import * as z from 'zod/mini'
import { RESULT, type Sent } from '../../../shared/answer-schema.ts'

/** `/auth/token/revoke` (Authlete contract, section 2.7). */
export const RevokeAnswer = z.object({ ...RESULT, count: z.int().check(z.nonnegative()) })
export type RevokeAnswer = Sent<z.output<typeof RevokeAnswer>>

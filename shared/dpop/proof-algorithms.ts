import { ALGORITHMS } from '../jws/algorithms.ts'

/** The algorithms of proofs, for challenges. */
export const PROOF_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()]

import { CERTIFICATE_TARGETS } from './certificate-targets.ts'
import { NAME_TARGETS } from './name-targets.ts'
import { PROOF_TARGETS } from './proof-targets.ts'
import { READER_TARGETS } from './reader-targets.ts'
import { REQUEST_TARGETS } from './request-targets.ts'
import type { Target } from './target.ts'
import { TEXT_TARGETS } from './text-targets.ts'

export const TARGETS: readonly Target[] = [
  ...CERTIFICATE_TARGETS,
  ...NAME_TARGETS,
  ...TEXT_TARGETS,
  ...PROOF_TARGETS,
  ...READER_TARGETS,
  ...REQUEST_TARGETS,
]

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demonstration } from './demo-steps.ts'
import { walkArticle } from './demo-walk.ts'
import { startSite } from './site.ts'

const demo = demonstration(console.log)
const directory = await mkdtemp(join(tmpdir(), 'certbound-demo-'))
const site = await startSite({ mtlsPort: 0, apiPort: 0, directory, logLevel: 'silent' })
try {
  await walkArticle({ site, demo })
} finally {
  await site.close()
  await rm(directory, { recursive: true })
}
console.log(
  demo.failures() === 0
    ? `\nAll ${String(demo.steps())} steps are as they must be.`
    : `\n${String(demo.failures())} things are not as they must be.`,
)
process.exitCode = demo.failures() === 0 ? 0 : 1

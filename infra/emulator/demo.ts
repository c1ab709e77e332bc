import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from '../command.ts'

const HELP = `certbound demo: issues, introspects and refuses bound tokens, over real mutual TLS on this machine

Shows each request and its answer. If an answer is wrong, the exit code is 1.`

export const COMMAND = command({
  help: HELP,
  options: {},
  run: async (_, { out }) => {
    const { demonstration } = await import('./demo-steps.ts')
    const { walkArticle } = await import('./demo-walk.ts')
    const { startSite } = await import('./site/site.ts')
    const demo = demonstration(out)
    await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-demo-'))
    const site = await startSite({ directory: folder.path })
    await walkArticle({ site, demo }).finally(site.close)
    const wrong = demo.failures()
    out(
      `\n${wrong === 0 ? `All ${demo.steps()} steps gave` : `${wrong} checks did not give`} the expected result.`,
    )
    return wrong === 0 ? 0 : 1
  },
})

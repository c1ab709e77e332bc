import { expect, test } from 'vitest'
import { Complaint } from '../../../infra/command.ts'
import { buildOf } from '../../../infra/bench/other-build.ts'

test.each(['no-such-commit', '--help', 'HEAD:package.json'])(
  'bench --against complains that %s does not name a commit',
  async (commit) => {
    const complaint = `--against must name a commit, and git does not know ${commit}`
    await expect(buildOf(commit)).rejects.toThrow(new Complaint(complaint))
  },
)

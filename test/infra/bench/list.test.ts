import { expect, test } from 'vitest'
import { measureList } from '../../../infra/bench/list.ts'
import { available, runs } from '../../support/page-code.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test.each(available('openssl', runs('openssl', 'version') ? undefined : 'openssl'))(
  'the bench of revocation lists reads three lists of %s',
  async () => {
    const [, ...rows] = await measureList(3, await temporaryFolder())
    expect(rows.map((row) => row.split(/ {2,}/)[0])).toEqual([
      '3 entries',
      'the same list',
      '100 entries more',
    ])
  },
)

import { isFresh } from '../../../shared/store/lists/sources.ts'
import { listSummary } from '../../list-summary.ts'
import { type Check, fail, type Finding, ok, warn } from './check.ts'

/** All certificate lists are fresh, and the registry has the sources of the settings. */
export const certificateLists: Check = {
  name: 'certificate lists',
  needs: ['registry'],
  ask: ({ lists, listNames, now }) => {
    const seconds = Math.floor(now().getTime() / 1000)
    const names = lists.map(({ name }) => name)
    const found = lists.flatMap((source): Finding[] => {
      const about = listSummary(source, seconds).join('; ')
      if (!isFresh(source, seconds)) return [fail(`${about}. Revoked certificates may be accepted`, REMEDY)]
      if (source.problem !== undefined) return [warn(about, REMEDY)]
      // Every run compares them until one has done so completely, but no run may have taken place since a restore.
      return [source.isCompared === true ? ok(about) : warn(`${about}. ${UNCOMPARED}`, UNCOMPARED_REMEDY)]
    })
    const differences = [
      ...listNames
        .filter((name) => !names.includes(name))
        .map((name) => `crl.sources ${name} is not in the registry`),
      ...names
        .filter((name) => !listNames.includes(name))
        .map((name) => `the registry has ${name}, which crl.sources does not name`),
    ].map((what) => fail(what, 'npm run provision'))
    return found.length + differences.length > 0
      ? [...found, ...differences]
      : [ok('there are no sources of lists')]
  },
}

const UNCOMPARED =
  'No run has compared all certificates in use with the lists since the source was added or restored'
const UNCOMPARED_REMEDY = 'npm run crl. After a new source or a new key of its issuer, wait two minutes first'
const REMEDY =
  'read the lists from a machine that reaches them, npm run crl, and see docs/operations.md#listalarm'

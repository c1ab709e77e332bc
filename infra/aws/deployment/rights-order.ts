import { FUNCTIONS } from '../template/functions.ts'
import { lambdaId } from '../template/logical-ids.ts'
import type { Template } from '../template/releases.ts'
import { givenRights, rightName } from '../template/rights.ts'
import type { Aws } from './aws.ts'
import { deployedName, describedBy, KEPT_VERSIONS, readVersions } from './function-versions.ts'

/**
 * Warnings about rights that change together with the code that needs them. CloudFormation changes a role before its function, and
 * `npm run rollback` leaves the role as it is. So a right is added one release before code needs it, and taken away one release after the
 * last code that needed it.
 *
 * @param before the template of the stack now
 * @throws Complaint
 */
export async function rightsWarnings(
  before: Template,
  after: Template,
  stage: string,
  aws: Aws,
): Promise<string[]> {
  const lines: string[] = []
  for (const [name] of FUNCTIONS) {
    const [had, has] = [givenRights(name, before), givenRights(name, after)]
    if (had === undefined || has === undefined) continue
    const { rights } = describedBy(String(after.Resources[lambdaId(name)]?.Properties?.['Description']))
    const early = missingIn(had, rights)
    if (early.length > 0)
      lines.push(
        `${name} needs ${named(early)} from this release on, and its role gets that right only now: requests may fail until IAM knows it. Deploy the right one release before its code`,
      )
    const isLess = missingIn(has, [...had]).length > 0
    const versions = isLess ? await readVersions(deployedName(stage, name), aws) : []
    for (const { release, rights } of versions.slice(0, KEPT_VERSIONS - 1)) {
      const lost = missingIn(has, rights)
      if (lost.length > 0)
        lines.push(
          `the role of ${name} loses ${named(lost)}, which the release ${release} needs: npm run rollback cannot go back to it any more`,
        )
    }
  }
  return lines
}

/** The rights that code needs and that a role does not give. */
export const missingIn = (given: ReadonlySet<string>, needed: readonly string[]): string[] =>
  needed.filter((right) => !given.has(right))

/** Rights in a message. */
export const named = (rights: readonly string[]): string => rights.map(rightName).join(', ')

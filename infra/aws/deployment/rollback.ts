import { Complaint } from '../../command.ts'
import { ALIAS, type Template } from '../template/releases.ts'
import { givenRights } from '../template/rights.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { Aws } from './aws.ts'
import { type DeployedFunction, readFunctions, type Version } from './function-versions.ts'
import { deployedTemplate } from './put-stack.ts'
import { missingIn, named } from './rights-order.ts'
import { findStacks, requireState } from './stack.ts'
import { openDeployedTables } from './tables.ts'

interface Move {
  readonly from: DeployedFunction
  readonly to: Version
}

export interface Rollback {
  readonly stack: string
  readonly release: string
  readonly moves: readonly Move[]
  /** Functions that the release does not have, and which stay. */
  readonly missing: readonly string[]
}

/**
 * Finds the versions of a release. Changes nothing.
 *
 * @param wanted the release; `undefined` for the one before the current one
 * @throws Complaint if there is no such release, or if it does not understand what the tables have
 */
export async function readRollback(
  settings: DeploymentSettings,
  wanted: string | undefined,
  aws: Aws,
): Promise<Rollback> {
  const { main } = await findStacks(settings, aws)
  requireState(main)
  const functions = await readFunctions(settings.stage, aws)
  const release = wanted ?? releaseBefore(functions)
  const found = functions.map((from) => ({
    from,
    to: from.versions.find((each) => each.release === release),
  }))
  const targets = found.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]))
  if (targets.length === 0) throw new Complaint(`no function has a version of the release ${release}`)
  const { store } = openDeployedTables(settings, main, aws)
  const stored = await store.registry.dataVersion.find().finally(() => store.close())
  requireRights(release, targets, await deployedTemplate(main, aws))
  requireReadable(release, Math.min(...targets.map(({ to }) => to.dataVersion)), stored)
  return {
    ...{ stack: main.name, release },
    moves: targets.filter(({ from, to }) => from.aliases.get(ALIAS) !== to.number),
    missing: found.filter(({ to }) => to === undefined).map(({ from }) => from.name),
  }
}

/** The release of the versions right before those that the aliases name. */
function releaseBefore(functions: readonly DeployedFunction[]): string {
  const before = functions.flatMap(({ versions, aliases }) => {
    const current = aliases.get(ALIAS) ?? 0
    return versions.find(({ number }) => number < current)?.release ?? []
  })
  const [release, ...others] = new Set(before)
  if (release === undefined) throw new Complaint('there is no release before this one')
  if (others.length > 0)
    throw new Complaint(
      `the functions had different releases before (${[release, ...others].join(', ')}): name one with --release`,
    )
  return release
}

/** @throws Complaint if the tables have data that the release does not understand */
function requireReadable(release: string, understood: number, stored: number): void {
  if (stored <= understood) return
  throw new Complaint(
    `the release ${release} understands data of version ${understood}, and the tables have version ${stored}: it would misread them. docs/upgrades.md has the way back`,
  )
}

/** @throws Complaint if the roles do not have the rights that the code of the release needs */
function requireRights(release: string, targets: readonly Move[], template: Template): void {
  const lacking = targets.flatMap(({ from: { name }, to: { rights } }) => {
    const missing = missingIn(givenRights(name, template) ?? new Set(), rights)
    return missing.length === 0 ? [] : [`${name} ${named(missing)}`]
  })
  if (lacking.length === 0) return
  throw new Complaint(
    `the roles of the functions do not have the rights that the release ${release} needs (${lacking.join('; ')}): check out its version and deploy it`,
  )
}

export function rollbackLines({ stack, release, moves, missing }: Rollback): string[] {
  return [
    `${stack} goes back to the release ${release}`,
    ...moves.map(({ from: { name, aliases }, to }) => {
      return `  ${name}: from version ${aliases.get(ALIAS) ?? '?'} to ${to.number}`
    }),
    ...missing.map((name) => `  ${name}: stays, because that release does not have it`),
  ]
}

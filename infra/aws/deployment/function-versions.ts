import {
  DeleteFunctionCommand,
  paginateListAliases,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import type { FunctionName } from '../template/functions.ts'
import { FUNCTIONS } from '../template/functions.ts'
import { ALIAS, versionOutput } from '../template/releases.ts'
import type { Aws } from './aws.ts'
import type { StackState } from './stack.ts'

/** Older ones go. */
export const KEPT_VERSIONS = 10

/** A version of a function. */
export interface Version {
  readonly number: number
  /** Twelve hexadecimal digits that name its release. */
  readonly release: string
  readonly dataVersion: number
  /** The rights that its code needs. */
  readonly rights: readonly string[]
}

/** A function of a deployment, with its versions, the newest first. */
export interface DeployedFunction {
  readonly name: FunctionName
  /** Its name at Lambda. */
  readonly FunctionName: string
  readonly versions: readonly Version[]
  /** The numbers that aliases name, by alias. */
  readonly aliases: ReadonlyMap<string, number>
}

export const deployedName = (stage: string, name: FunctionName) => `certbound-${stage}-${name}`

/** @throws Complaint */
export async function readFunctions(stage: string, aws: Aws): Promise<DeployedFunction[]> {
  const all: DeployedFunction[] = []
  for (const [name] of FUNCTIONS) all.push(await readFunction(name, deployedName(stage, name), aws))
  return all
}

/** Reads the description that a release gives to its functions. */
export function describedBy(description: string): Omit<Version, 'number'> {
  const [, release = '', data = '', rights = ''] =
    /, release (\w+), data (\d+), rights (.*)$/.exec(description) ?? []
  return { release, dataVersion: Number(data), rights: rights === '' ? [] : rights.split(' ') }
}

/** The versions of a function, the newest first. @throws Complaint */
export async function readVersions(FunctionName: string, { lambda: client }: Aws): Promise<Version[]> {
  const versions: Version[] = []
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName }))
    for (const { Version = '', Description = '' } of Versions) {
      if (Version !== '$LATEST') versions.push({ number: Number(Version), ...describedBy(Description) })
    }
  return versions.sort((a, b) => b.number - a.number)
}

async function readFunction(name: FunctionName, FunctionName: string, aws: Aws): Promise<DeployedFunction> {
  const client = aws.lambda
  const versions = await readVersions(FunctionName, aws)
  const aliases = new Map<string, number>()
  for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName }))
    for (const { Name = '', FunctionVersion, RoutingConfig } of Aliases) {
      aliases.set(Name, Number(FunctionVersion))
      // An alias may share its calls with a second version.
      for (const other of Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}))
        aliases.set(`${Name} ${other}`, Number(other))
    }
  return { name, FunctionName, versions, aliases }
}

/** Lets the API invoke a version. @throws Complaint */
export async function moveAlias(
  { FunctionName }: DeployedFunction,
  version: number,
  { lambda }: Aws,
): Promise<void> {
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: ALIAS, FunctionVersion: String(version) }))
}

/**
 * After a deployment: moves aliases to its versions, which CloudFormation does not do after `npm run rollback` has moved them back, and
 * deletes versions for which there are ten later ones. One that an alias names stays.
 *
 * @throws Complaint
 */
export async function settleVersions(stage: string, outputs: StackState['outputs'], aws: Aws): Promise<void> {
  for (const each of await readFunctions(stage, aws)) {
    const deployed = Number(outputs.get(versionOutput(each.name)))
    if (each.aliases.get(ALIAS) !== deployed) await moveAlias(each, deployed, aws)
    const named = [...each.aliases.values(), deployed]
    for (const { number } of each.versions.slice(KEPT_VERSIONS)) {
      if (named.includes(number)) continue
      const { FunctionName } = each
      await aws.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: String(number) }))
    }
  }
}

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
const KEPT_VERSIONS = 10

/** A version of a function. */
export interface Version {
  readonly number: number
  /** Twelve hexadecimal digits that name its release. */
  readonly release: string
  readonly dataVersion: number
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

/** @throws Complaint */
export async function readFunctions(stage: string, aws: Aws): Promise<DeployedFunction[]> {
  const all: DeployedFunction[] = []
  for (const [name] of FUNCTIONS) all.push(await readFunction(name, `certbound-${stage}-${name}`, aws))
  return all
}

async function readFunction(
  name: FunctionName,
  FunctionName: string,
  { lambda: client }: Aws,
): Promise<DeployedFunction> {
  const versions: Version[] = []
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName }))
    for (const { Version = '', Description = '' } of Versions) {
      const [, release = '', data = ''] = /, release (\w+), data (\d+)$/.exec(Description) ?? []
      if (Version !== '$LATEST')
        versions.push({ number: Number(Version), release, dataVersion: Number(data) })
    }
  const aliases = new Map<string, number>()
  for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName }))
    for (const { Name = '', FunctionVersion, RoutingConfig } of Aliases) {
      aliases.set(Name, Number(FunctionVersion))
      // An alias may share its calls with a second version.
      for (const other of Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}))
        aliases.set(`${Name} ${other}`, Number(other))
    }
  return { name, FunctionName, versions: versions.sort((a, b) => b.number - a.number), aliases }
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

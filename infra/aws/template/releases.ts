import { hash } from 'node:crypto'
import { type FunctionName, FUNCTIONS, hasRoutes } from './functions.ts'
import { DATA_VERSION } from '../../../shared/store/data-changes.ts'
import { ref } from './cloudformation.ts'
import {
  aliasId,
  archiveParameter,
  integrationId,
  lambdaId,
  logicalName,
  permissionId,
} from './logical-ids.ts'
import { givenRights, rightName } from './rights.ts'

/** A resource of a template, with the members that are read here. */
export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
}

/** A template of CloudFormation, as JSON. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, object>>
  readonly Resources: Readonly<Record<string, TemplateResource>>
  readonly Outputs?: Readonly<Record<string, object>>
}

/** A resource that osls makes. @throws Error if it did not make it */
export function resourceOf({ Resources }: Template, id: string) {
  const { Properties, ...rest } = Resources[id] ?? { Type: '' }
  if (Properties === undefined) throw new Error(`osls made no ${id}`)
  return { ...rest, Properties }
}

/** The alias of every function that API Gateway invokes. */
export const ALIAS = 'live'

/**
 * Gives each function a version that stays, and the alias `live`, which is the target of the API. Code and environment of a function
 * change one after the other on the function itself. With the alias they change together, when it moves to the next version.
 *
 * The description of a function names its release, so each release has a version of every function, and `npm run rollback` finds those
 * that belong together.
 *
 * @param digests SHA-256 of the archives, in hexadecimal
 * @param described what the description of each function begins with
 */
export function addReleases(
  template: Template,
  digests: ReadonlyMap<FunctionName, string>,
  described: string,
): Template {
  const release = releaseOf(template, digests)
  const Resources: Record<string, TemplateResource> = { ...template.Resources }
  const change = (id: string, properties: object) => {
    const { Properties, ...rest } = resourceOf(template, id)
    Resources[id] = { ...rest, Properties: { ...Properties, ...properties } }
  }
  for (const [name, { also }] of FUNCTIONS) {
    const digest = digests.get(name) ?? ''
    const version = versionId(name, release)
    change(lambdaId(name), {
      Description: `${described}, release ${release}, data ${DATA_VERSION}, rights ${neededRights(name, template, also)}`,
      Code: codeOf(name, digest),
    })
    Resources[version] = versionOf(name, digest)
    Resources[aliasId(name)] = aliasOf(name, version)
    if (!hasRoutes(name)) continue
    change(integrationId(name), { IntegrationUri: ref(aliasId(name)) })
    change(permissionId(name), { FunctionName: ref(aliasId(name)) })
  }
  return { ...template, Resources, Outputs: { ...template.Outputs, ...versionOutputs(release) } }
}

/** The rights that the code of a function needs, so that `deploy` and `rollback` know those of each version. */
export function neededRights(name: string, template: Template, also: readonly string[] = []): string {
  const given = [...(givenRights(name, template) ?? [])]
  return given.filter((right) => !also.includes(rightName(right))).join(' ')
}

const versionId = (name: FunctionName, release: string) => `${logicalName(name)}Version${release}`

/** The version of the object is named, so nobody who may write into the bucket changes the code between upload and deployment. */
function codeOf(name: FunctionName, digest: string) {
  const S3ObjectVersion = ref(archiveParameter(name))
  return { S3Bucket: ref('Bucket'), S3Key: archiveKey(name, digest), S3ObjectVersion }
}

/** In the bucket of the stack of the trust store. Its content names it. */
export const archiveKey = (name: FunctionName, digest: string) => `archives/${digest}/${name}.zip`

/**
 * A version outlives its place in the template, but not a deployment that is rolled back: Lambda would take the next one with the
 * same code for it, and CloudFormation would refuse to make it (AWS::Lambda::Version).
 */
function versionOf(name: FunctionName, digest: string) {
  return {
    Type: 'AWS::Lambda::Version',
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      FunctionName: ref(lambdaId(name)),
      CodeSha256: Buffer.from(digest, 'hex').toString('base64'),
    },
  }
}

function aliasOf(name: FunctionName, version: string) {
  return {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Name: ALIAS,
      FunctionName: ref(lambdaId(name)),
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
    },
  }
}

export const versionOutput = (name: FunctionName) => `${logicalName(name)}Version`

function versionOutputs(release: string) {
  return Object.fromEntries(
    FUNCTIONS.map(([name]) => {
      const Value = { 'Fn::GetAtt': [versionId(name, release), 'Version'] }
      return [versionOutput(name), { Value, Description: `The version of ${name} in this release` }]
    }),
  )
}

/**
 * Twelve hexadecimal digits. They follow from the archives, the functions, and all resources to which these refer. The addresses that
 * osls gives the archives contain the time, so they do not count.
 */
function releaseOf(template: Template, digests: ReadonlyMap<FunctionName, string>): string {
  const ids = FUNCTIONS.map(([name]) => lambdaId(name))
  const used = [...withReferences(ids, template)].sort().map((id) => [id, withoutCode(template, id)])
  return hash('sha256', JSON.stringify([[...digests].sort(), used]), 'hex').slice(0, 12)
}

function withoutCode(template: Template, id: string) {
  const { Properties, ...rest } = resourceOf(template, id)
  const { Code, ...properties } = Properties
  return [rest, properties]
}

/**
 * These resources, and all to which they refer, over any number of steps. A value of another resource that changes, such as the name
 * of a domain, changes the environment of a function, whose own text stays the same.
 */
function withReferences(ids: readonly string[], { Resources }: Template): Set<string> {
  const found = new Set(ids)
  for (const id of found)
    for (const other of referencesIn(Resources[id]?.Properties)) if (other in Resources) found.add(other)
  return found
}

/** The logical ids in Ref, Fn::GetAtt and Fn::Sub. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'Ref') return [String(inner)]
    if (key === 'Fn::GetAtt') return [String((inner as readonly unknown[])[0])]
    if (key === 'Fn::Sub')
      return [...String(inner).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, name = '']) => name)
    return referencesIn(inner)
  })
}

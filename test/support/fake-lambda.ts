import { hash } from 'node:crypto'
import { type Account, type Answer, Failure } from './fake-account.ts'

export interface Lambda {
  /** Code and configuration that the next version would have. */
  latest: Configuration
  readonly versions: Map<string, Configuration>
  readonly aliases: Map<string, string>
  /** The number of the last version. A number is never used again. */
  published: number
}

interface Configuration {
  readonly description: string
  /** The SHA-256 digest of the archive, in base64. */
  readonly codeSha256: string
  /** Everything else that a version keeps. */
  readonly other: string
}

interface Properties {
  readonly FunctionName: string
  readonly Description?: string
  readonly Code: { readonly S3Bucket: string; readonly S3Key: string; readonly S3ObjectVersion?: string }
}

/** Why CloudFormation cannot make a function: its archive must be in the bucket at this version. */
export function missingArchive({ Code }: Properties, { buckets }: Account): string | undefined {
  const { S3Bucket, S3Key, S3ObjectVersion } = Code
  const objects = buckets.get(S3Bucket)?.objects.get(S3Key) ?? []
  return objects.some(({ version }) => version === S3ObjectVersion)
    ? undefined
    : 'Error occurred while GetObject. S3 Error Code: NoSuchKey'
}

export function putFunction(properties: Properties, { buckets, functions }: Account): void {
  const { FunctionName: name, Description: description = '', Code, ...rest } = properties
  const object = buckets
    .get(Code.S3Bucket)
    ?.objects.get(Code.S3Key)
    ?.find(({ version }) => version === Code.S3ObjectVersion)
  const codeSha256 = hash('sha256', Buffer.from(object?.body ?? '', 'latin1'), 'base64')
  const latest = { description, codeSha256, other: JSON.stringify(rest) }
  const lambda = functions.get(name)
  if (lambda !== undefined) lambda.latest = latest
  else functions.set(name, { latest, versions: new Map(), aliases: new Map(), published: 0 })
}

/** @returns the number of the new version, or why there cannot be one */
export function publish(
  name: string,
  codeSha256: string,
  { functions }: Account,
): { version: string } | string {
  const lambda = functions.get(name)
  if (lambda === undefined) return `Function not found: ${name}`
  const { latest, versions, published } = lambda
  if (codeSha256 !== latest.codeSha256)
    return `CodeSHA256 (${codeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}).`
  const last = versions.get(String(published))
  if (last !== undefined && JSON.stringify(last) === JSON.stringify(latest))
    return `A version for this Lambda function exists ( ${published} ). Modify the function to create a new version.`
  const version = String(++lambda.published)
  versions.set(version, latest)
  return { version }
}

/** The calls of a deployment to Lambda; `undefined` for any other path. */
export function lambdaCall(method: string, url: URL, body: Buffer) {
  const [, name = '', part = '', alias = ''] =
    /^\/20(?:15-03-31|21-10-31)\/functions\/([^/]+)(?:\/(versions|aliases|urls))?(?:\/([^/]+))?$/.exec(
      url.pathname,
    ) ?? []
  const qualifier = url.searchParams.get('Qualifier') ?? ''
  const call = [method, part].join(' ').trim()
  const action = ACTIONS[call]
  if (name === '' || action === undefined) return undefined
  const input = body.length === 0 ? {} : (JSON.parse(body.toString()) as { FunctionVersion?: string })
  return {
    name: `${action.name} ${[name, qualifier, alias].filter((it) => it !== '').join(':')}`,
    answer: ({ functions }: Account): Answer => {
      const lambda = functions.get(name)
      if (lambda === undefined)
        throw new Failure(404, 'ResourceNotFoundException', `Function not found: ${name}`)
      return {
        body: JSON.stringify(
          action.answer(lambda, { alias, qualifier, marker: url.searchParams.get('Marker'), ...input }),
        ),
      }
    },
  }
}

interface Input {
  readonly alias: string
  readonly qualifier: string
  readonly marker: string | null
  readonly FunctionVersion?: string
}

/** Lambda pages its answers: here after five. */
const PAGE = 5

function list({ latest, versions }: Lambda, { marker }: Input) {
  const all = [['$LATEST', latest] as const, ...versions].map(([Version, { description, codeSha256 }]) => {
    return { Version, Description: description, CodeSha256: codeSha256 }
  })
  const from = Number(marker ?? 0)
  const NextMarker = from + PAGE < all.length ? String(from + PAGE) : undefined
  return { Versions: all.slice(from, from + PAGE), NextMarker }
}

function aliases({ aliases: all }: Lambda) {
  return { Aliases: [...all].map(([Name, FunctionVersion]) => ({ Name, FunctionVersion })) }
}

function move({ aliases: all, versions }: Lambda, { alias, FunctionVersion = '' }: Input) {
  if (!all.has(alias)) throw new Failure(404, 'ResourceNotFoundException', `Cannot find alias arn: ${alias}`)
  if (!versions.has(FunctionVersion))
    throw new Failure(404, 'ResourceNotFoundException', `Function version not found: ${FunctionVersion}`)
  all.set(alias, FunctionVersion)
  return { Name: alias, FunctionVersion }
}

function remove({ aliases: all, versions }: Lambda, { qualifier }: Input) {
  if (qualifier === '')
    throw new Failure(400, 'InvalidParameterValueException', 'this would delete the function')
  const naming = [...all].find(([, version]) => version === qualifier)
  if (naming !== undefined)
    throw new Failure(
      409,
      'ResourceConflictException',
      `Unable to delete version because the following aliases reference it: [${naming[0]}]`,
    )
  versions.delete(qualifier)
  return {}
}

const ACTIONS: Readonly<
  Record<string, { readonly name: string; readonly answer: (lambda: Lambda, input: Input) => object }>
> = {
  'GET versions': { name: 'ListVersionsByFunction', answer: list },
  'GET aliases': { name: 'ListAliases', answer: aliases },
  'GET urls': { name: 'ListFunctionUrlConfigs', answer: () => ({ FunctionUrlConfigs: [] }) },
  'PUT aliases': { name: 'UpdateAlias', answer: move },
  DELETE: { name: 'DeleteFunction', answer: remove },
}

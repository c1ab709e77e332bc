import { hash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Complaint } from '../../command.ts'
import { ROOT } from '../../root.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type FunctionName, FUNCTIONS } from '../template/functions.ts'
import { archiveParameter } from '../template/logical-ids.ts'
import { retainLogs } from '../template/log-groups.ts'
import { addReleases, archiveKey, type Template } from '../template/releases.ts'
import { type Aws, isAnswer } from './aws.ts'
import { type Osls, TEMPLATE_FILE, writeTemplateParts } from './osls.ts'

/** The template of the main stack, and the archives that it names. */
export interface Release {
  readonly template: Template
  /** The template, as it is uploaded. */
  readonly text: string
  readonly archives: ReadonlyMap<FunctionName, Buffer>
}

/** Makes the template from serverless.yml for the archives in dist/. @throws Complaint */
export async function packageRelease(
  settings: DeploymentSettings,
  osls: Osls,
  project = ROOT,
): Promise<Release> {
  await writeTemplateParts(settings, project)
  await osls()
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const file = join(project, TEMPLATE_FILE)
  const archives = new Map<FunctionName, Buffer>()
  for (const [name] of FUNCTIONS) archives.set(name, await readFile(join(project, 'dist', `${name}.zip`)))
  const digests = new Map([...archives].map(([name, bytes]) => [name, hash('sha256', bytes, 'hex')]))
  const packaged = JSON.parse(await readFile(file, 'utf8')) as Template
  const template = addReleases(retainLogs(packaged), digests, `certbound ${version}`)
  const text = JSON.stringify(template)
  await writeFile(file, text)
  return { template, text, archives }
}

/** A release in the bucket, with the values that CloudFormation needs for it. */
export interface Uploaded {
  readonly TemplateURL: string
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Puts the archives and the template into the bucket, unless they are there. Their content names them, so they change nothing until a
 * stack refers to them.
 *
 * @throws Complaint
 */
export async function uploadRelease(
  { text, archives }: Release,
  Bucket: string,
  aws: Aws,
): Promise<Uploaded> {
  const parameters: Record<string, string> = { Bucket }
  for (const [name, bytes] of archives) {
    const key = archiveKey(name, hash('sha256', bytes, 'hex'))
    parameters[archiveParameter(name)] = await putOnce(Bucket, key, bytes, aws)
  }
  const template = Buffer.from(text)
  const key = `templates/${hash('sha256', template, 'hex')}.json`
  const version = await putOnce(Bucket, key, template, aws)
  const region = await aws.s3.config.region()
  const host = `${Bucket}.s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  return { TemplateURL: `https://${host}/${key}?versionId=${version}`, parameters }
}

/** @returns the version of the object with exactly this content */
async function putOnce(Bucket: string, Key: string, Body: Buffer, { s3 }: Aws): Promise<string> {
  const ChecksumSHA256 = hash('sha256', Body, 'base64')
  const found = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })).catch(absent)
  if (found?.ChecksumSHA256 === ChecksumSHA256 && found.VersionId !== undefined) return found.VersionId
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256 }))
  if (VersionId === undefined)
    throw new Complaint(`the bucket ${Bucket} keeps no versions: switch versioning on`)
  return VersionId
}

function absent(error: unknown): undefined {
  if (!isAnswer(error, 'NotFound')) throw error
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Template } from '../template/releases.ts'
import type { Aws } from './aws.ts'
import { type Change, type Changes, isSevere, templateChanges } from './changes.ts'
import type { Plan } from './plan.ts'
import { deployedTemplate, type Planned, previewStack } from './put-stack.ts'
import { type Release, type Uploaded, uploadRelease } from './release.ts'
import { rightsWarnings } from './rights-order.ts'
import type { Patience, Stacks } from './stack.ts'
import { truststoreBucket } from './truststore.ts'

const TRUSTSTORE_TEMPLATE = join(import.meta.dirname, '../template/truststore.json')

export async function plannedTruststore({ truststore }: Stacks): Promise<Planned> {
  const TemplateBody = await readFile(TRUSTSTORE_TEMPLATE, 'utf8')
  const content = JSON.parse(TemplateBody) as Template
  return { stack: truststore, template: { TemplateBody }, parameters: {}, content }
}

export function plannedMain(
  { main }: Stacks,
  { template }: Release,
  { TemplateURL, parameters }: Uploaded,
  TruststoreVersion: string,
): Planned {
  const all = { ...parameters, TruststoreVersion }
  return { stack: main, template: { TemplateURL }, parameters: all, content: template }
}

/**
 * The changes that a deployment would make. For a stack that exists CloudFormation compares its template with the new one, which must lie in
 * the bucket for that. Nothing refers to it there.
 *
 * @throws Complaint
 */
export async function previewChanges(
  { settings, stacks, object }: Plan,
  release: Release,
  aws: Aws,
  patience: Patience,
): Promise<Changes> {
  const planned = await plannedTruststore(stacks)
  if (stacks.truststore.state === undefined) {
    const truststore = templateChanges(planned.content, 'new')
    // Without its bucket CloudFormation cannot compare: anything may happen to a main stack that exists.
    const effect = stacks.main.state === undefined ? 'new' : 'maybe replaced'
    return { truststore, main: templateChanges(release.template, effect), warnings: [] }
  }
  const truststore = await previewStack(planned, aws, patience)
  if (stacks.main.state === undefined)
    return { truststore, main: templateChanges(release.template, 'new'), warnings: [] }
  const uploaded = await uploadRelease(release, truststoreBucket(stacks.truststore), aws)
  const main = plannedMain(stacks, release, uploaded, object?.version ?? 'new')
  const before = await deployedTemplate(stacks.main, aws)
  const warnings = await rightsWarnings(before, release.template, settings.stage, aws)
  return { truststore, main: await previewStack(main, aws, patience), warnings }
}

/** The changes that lose tables, domains, stages or the API. */
export function severeChanges({ truststore, main }: Changes): readonly Change[] {
  return [...truststore.changes, ...main.changes].filter(isSevere)
}

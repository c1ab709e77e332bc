import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import TRUSTSTORE_TEMPLATE from '../infra/aws/template/truststore.json' with { type: 'json' }
import { fetchedPackage, type PinnedPackage } from '../infra/fetched-package.ts'
import { ROOT } from '../infra/root.ts'
import { packagedTemplate } from './infra/aws/packaged-template.ts'
import { ACCEPTED } from './accepted-findings.ts'

/** cdk-nag with its own dependencies. They have 190 MB, and only this audit uses them, so the project does not depend on them. */
const PACKAGES: Readonly<Record<string, PinnedPackage>> = {
  '@aws-cdk/asset-awscli-v1': {
    spec: '@aws-cdk/asset-awscli-v1@2.2.292',
    integrity:
      'sha512-d4aMFsAFj19FtxVyw8IzlUKv5Zu4sIvgnEjI2IU6IWBJgVbJ4aFnadANqYa+6MwB1CQbGOg0jh8WE77M+Nb/9A==',
  },
  '@aws-cdk/asset-node-proxy-agent-v6': {
    spec: '@aws-cdk/asset-node-proxy-agent-v6@2.1.3',
    integrity:
      'sha512-98We1QWfin9vtuuQtNFhIIAEWb8CreyYTAP0Vn8HqSBoNiFJM9nZgifJeQawT9Wq0NX1HCNFlxCyTccIrK1PSA==',
  },
  '@aws-cdk/cloud-assembly-schema': {
    spec: '@aws-cdk/cloud-assembly-schema@55.6.0',
    integrity:
      'sha512-gvgzQtc0ZEcYc8WXMyCfbwJ1xlGWM/X6rG5gEiCSqT8c7e31c4tVQ5nhdgztKJ+E0UL4BCsVN0s/3YP62NJ/yg==',
  },
  'aws-cdk-lib': {
    spec: 'aws-cdk-lib@2.276.0',
    integrity:
      'sha512-K+yxURPKRDRDgaPazG4PKFmFHM/igg3kGp6tkPJ6vba8FMEo3DtJ/X6WaY5KvcwrkiKj2K7gFRZB6DO5aPYxxg==',
  },
  'cdk-nag': {
    spec: 'cdk-nag@3.0.2',
    integrity:
      'sha512-mmrspXnYRK5RmBTfEu5EQZmTwGxaVCESJ5GXbQq62eOkVFd4vc4MuIfSbav74K4J7irXQVJaY3d5js0kVQMWdA==',
  },
  constructs: {
    spec: 'constructs@10.8.1',
    integrity:
      'sha512-98yGXYyhePqPYh3cYu8nzBERmAhC0DONe3UD03okK0nehZ7hYP4wgZuf02a04+uOWxnTJ5Rpp5m0GRNpwyLGGA==',
  },
}
const FOLDER = 'cdk-nag'
const PACKS = ['AwsSolutionsChecks', 'NIST80053R5Checks'] as const

/** The members of the packages that are read here. */
interface Report {
  readonly violations: readonly {
    readonly ruleName: string
    readonly description: string
    readonly violatingResources: readonly { readonly constructPath: string }[]
  }[]
}
type Scope = object
interface Cdk {
  readonly App: new () => Scope
  readonly Stack: new (scope: Scope, id: string) => Scope
}
interface Include {
  readonly CfnInclude: new (scope: Scope, id: string, props: { readonly templateFile: string }) => Scope
}
type Nag = Readonly<
  Record<(typeof PACKS)[number], new (scope: Scope) => { validateScope(scope: Scope): Report }>
>

export interface Finding {
  readonly template: string
  readonly rule: string
  readonly resource: string
  readonly description: string
}

/** Findings that no reason accepts, and reasons that no finding needs any more. */
export function judge(findings: readonly Finding[], accepted = ACCEPTED): string[] {
  const reasonOf = ({ rule, resource }: Finding) =>
    accepted.find((each) => each.rules.includes(rule) && (each.resources?.test(resource) ?? true))
  const open = findings.filter((finding) => reasonOf(finding) === undefined)
  const used = new Set(findings.map((finding) => reasonOf(finding)))
  return [
    ...open.map(
      ({ template, rule, resource, description }) => `${template}: ${resource}: ${rule}: ${description}`,
    ),
    ...accepted
      .filter((each) => !used.has(each))
      .map(({ rules }) => `nothing is found any more by ${rules.join(', ')}: take its reason away`),
  ]
}

async function findingsIn(templates: Readonly<Record<string, object>>): Promise<Finding[]> {
  for (const [name, pinned] of Object.entries(PACKAGES))
    await fetchedPackage(pinned, `${FOLDER}/node_modules/${name}`)
  const load = createRequire(join(ROOT, '.cache', FOLDER, 'index.js'))
  const { App, Stack } = load('aws-cdk-lib') as Cdk
  const { CfnInclude } = load('aws-cdk-lib/cloudformation-include') as Include
  const packs = load('cdk-nag') as Nag
  const folder = await mkdtemp(join(tmpdir(), 'certbound-audit-'))
  try {
    const app = new App()
    const findings: Finding[] = []
    for (const [template, content] of Object.entries(templates)) {
      const templateFile = join(folder, `${template}.json`)
      await writeFile(templateFile, JSON.stringify(content))
      const stack = new Stack(app, template)
      new CfnInclude(stack, 'template', { templateFile })
      for (const pack of PACKS) findings.push(...found(template, new packs[pack](app).validateScope(stack)))
    }
    return findings
  } finally {
    await rm(folder, { recursive: true })
  }
}

function found(template: string, { violations }: Report): Finding[] {
  return violations.flatMap(({ ruleName: rule, description, violatingResources }) =>
    violatingResources.map(({ constructPath }) => {
      const resource = constructPath.split('/').at(-1) ?? ''
      return {
        template,
        rule: rule.replace(/\[.*$/, ''),
        resource,
        description: description.split(' - (')[0] ?? '',
      }
    }),
  )
}

if (import.meta.main) {
  const findings = await findingsIn({
    main: (await packagedTemplate()).template,
    truststore: TRUSTSTORE_TEMPLATE,
  })
  const wrong = judge(findings)
  for (const line of wrong) console.log(line)
  console.log(
    `${findings.length} findings, ${wrong.length} of them without a reason, or reasons without a finding`,
  )
  if (findings.length === 0) throw new Error('cdk-nag found nothing at all, so it looked at nothing')
  process.exitCode = wrong.length === 0 ? 0 : 1
}

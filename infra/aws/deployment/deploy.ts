import { Complaint } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { Aws } from './aws.ts'
import { mutualTlsOf } from './domain-update.ts'
import { settleVersions } from './function-versions.ts'
import type { Osls } from './osls.ts'
import type { Plan } from './plan.ts'
import type { Changes } from './changes.ts'
import { plannedMain, plannedTruststore } from './preview.ts'
import { putStack } from './put-stack.ts'
import { type Release, uploadRelease } from './release.ts'
import { deleteStaleSettings } from './route-settings.ts'
import type { Patience, StackState, Wait } from './stack.ts'
import { putTruststore, truststoreBucket, type TruststoreObject } from './truststore.ts'
import { inWords } from './truststore-change.ts'

/** The programs that a deployment needs besides the clients of AWS. Tests use their own. */
export interface Machine {
  readonly osls: Osls
  readonly wait: Wait
}

/**
 * Makes or updates a deployment. The trust store is first, because the domain needs a known version of its object. Each step keeps or
 * updates existing parts, so a deployment can be repeated after any failure.
 *
 * @param shown what was shown before the question
 * @returns lines with the next steps
 * @throws Complaint
 */
export async function deploy(
  plan: Plan,
  release: Release,
  shown: Changes,
  aws: Aws,
  patience: Patience,
): Promise<string[]> {
  const { settings, truststore, stacks } = plan
  const state = await putStack(await plannedTruststore(stacks), shown.truststore, aws, patience)
  const filled = { ...stacks.truststore, state }
  const object = plan.object ?? (await putTruststore(filled, truststore.pem, aws))
  const uploaded = await uploadRelease(release, truststoreBucket(filled), aws)
  const main = plannedMain(stacks, release, uploaded, object.version)
  await deleteStaleSettings(stacks.main.state?.outputs.get('HttpApiId'), aws)
  const { outputs } = await putStack(main, shown.main, aws, patience)
  await deleteStaleSettings(outputs.get('HttpApiId'), aws)
  await settleVersions(settings.stage, outputs, aws)
  return [
    ...(await truststoreWarnings(settings.mtlsDomain.name, object, aws)),
    ...nextSteps(settings, outputs),
  ]
}

async function truststoreWarnings(
  domain: string,
  { version }: TruststoreObject,
  aws: Aws,
): Promise<string[]> {
  const store = await mutualTlsOf(aws, domain)
  if (store?.TruststoreVersion !== version)
    throw new Complaint(`${domain} does not read the newest version of the trust store: deploy again`)
  return (store.TruststoreWarnings ?? []).map(inWords)
}

function nextSteps(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  outputs: StackState['outputs'],
): string[] {
  const byHand = Object.entries({ MtlsDomain: mtlsDomain, PlainDomain: plainDomain }).filter(
    ([, { hostedZoneId }]) => hostedZoneId === undefined,
  )
  const records = byHand.map(([id]) => {
    const [name, target, zone] = ['Name', 'Target', 'HostedZone'].map((part) => outputs.get(id + part) ?? '?')
    return `  ${name} CNAME ${target} (Route 53: aliases A and AAAA in zone ${zone})`
  })
  const dns =
    records.length === 0
      ? ['Deployed, with the DNS records.']
      : ['Deployed. Create these DNS records:', ...records]
  return [...dns, 'Then, once: npm run provision']
}

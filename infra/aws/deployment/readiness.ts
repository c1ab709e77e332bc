import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Complaints } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { ROOT } from '../../root.ts'
import { attempt, openAws } from './aws.ts'
import { readDeployment } from '../settings/read-deployment.ts'
import { certificateArns, type DeploymentSettings } from '../settings/settings.ts'
import { readTruststoreFiles, type TruststoreBundle } from './truststore-files.ts'

export interface Ready {
  readonly settings: DeploymentSettings
  readonly truststore: TruststoreBundle
}

/**
 * Reads everything that a deployment needs on this machine. It does not call AWS.
 *
 * @throws Complaint with a line for each missing part
 */
export async function readiness(file: string, now: Date): Promise<Ready> {
  const missing = new Complaints()
  const settings = await missing.of(readDeployment(file))
  if (settings !== undefined) missing.add(...placeholders(settings).map((line) => `${file}: ${line}`))
  const truststore = settings && (await missing.of(readTruststoreFiles(settings, file, now)))
  await missing.of(requireCredentials())
  const absent = functionNames().filter((name) => !existsSync(join(ROOT, 'dist', `${name}.zip`)))
  if (absent.length > 0) missing.add(`dist/${absent.join('.zip, ')}.zip is missing: npm run build creates it`)
  if (settings === undefined || truststore === undefined || !missing.isEmpty) throw missing.all()
  return { settings, truststore }
}

/** The placeholders of certbound.example.jsonc. */
function placeholders(settings: DeploymentSettings): string[] {
  const { mtlsDomain, plainDomain, service, alarms } = settings
  const values = {
    'mtlsDomain.name': mtlsDomain.name,
    'plainDomain.name': plainDomain.name,
    ...certificateArns(settings),
    'service.issuer': service.issuer,
    'alarms.email': alarms.email ?? '',
  }
  return Object.entries(values)
    .filter(([, value]) => /[./@]example\.com(?![\w.-])|:123456789012:/.test(`.${value}`))
    .map(([name, value]) => `${name} must be your own value: ${value} is from the example`)
}

async function requireCredentials(): Promise<void> {
  const aws = openAws('us-east-1')
  await attempt('credentials', () => aws.credentials()).finally(aws.close)
}
